import type { Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'

/** How the official client reaches the API. */
export interface ApiSettings {
  url: string
  token: string
  /** 0 for as many as there are. */
  requestsPerSecond: number
  /** How often a request is repeated, and the shortest and longest wait before that. */
  retries: number
  waitMinMs: number
  waitMaxMs: number
}

/** The provider's settings by the official plugin's names; what they leave out is looked for in its environment variables. */
export function apiSettings(given: Bag): ApiSettings {
  const setting = (name: string, ...variables: string[]): string | undefined => {
    const value = given[name] ?? variables.map((variable) => process.env[variable]).find(Boolean)
    return value === undefined || value === '' ? undefined : textOf(value)
  }
  const number = (name: string, variable: string, usual: number) => Number(setting(name, variable) ?? usual)
  const url = setting('apiEndpoint', 'DIGITALOCEAN_API_URL') ?? 'https://api.digitalocean.com'
  return {
    url: url.replace(/\/$/, ''),
    token: setting('token', 'DIGITALOCEAN_TOKEN', 'DIGITALOCEAN_ACCESS_TOKEN') ?? '',
    requestsPerSecond: number('requestsPerSecond', 'DIGITALOCEAN_REQUESTS_PER_SECOND', 0),
    retries: number('httpRetryMax', 'DIGITALOCEAN_HTTP_RETRY_MAX', 4),
    waitMinMs: 1000 * number('httpRetryWaitMin', 'DIGITALOCEAN_HTTP_RETRY_WAIT_MIN', 1),
    waitMaxMs: 1000 * number('httpRetryWaitMax', 'DIGITALOCEAN_HTTP_RETRY_WAIT_MAX', 30),
  }
}
