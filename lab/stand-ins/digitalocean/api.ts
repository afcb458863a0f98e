import { setTimeout } from 'node:timers/promises'
import type { Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'

/** An answer that is no success, in the official client's words. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

interface Settings {
  url: string
  token: string
  /** How often a request is repeated, and the shortest and longest wait before that. */
  retries: number
  waitMinMs: number
  waitMaxMs: number
}

/** DigitalOcean's API as the official plugin talks to it: the same settings, headers, repeats and errors. */
export class Api {
  #settings: Settings = settingsFrom({})

  /** Takes the provider's own settings; what they leave out comes from the environment. */
  configure(settings: Bag): void {
    this.#settings = settingsFrom(settings)
  }

  // Answers are taken at their word, as the official client does.
  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<any> {
    const { url, retries } = this.#settings
    const what = `${method} ${url}${path}`
    for (let attempt = 1; ; attempt++) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await this.#send(method, path, body).catch((cause: Error) => cause)
      const repeatable = answer instanceof Error || isPassing(answer.status)
      if (!repeatable) return read(what, answer)
      if (attempt > retries) {
        const why =
          answer instanceof Error ? connectionError(answer) : `${answer.status} ${await answer.text()}`
        throw new Error(`${what}: giving up after ${attempt} attempt(s): ${why}`)
      }
      // oxlint-disable-next-line no-await-in-loop
      await setTimeout(this.#waitMs(attempt, answer))
    }
  }

  /** The answer, or undefined where the thing isn't there. */
  async find(path: string): Promise<any> {
    return this.call('GET', path).catch(undefinedIfGone)
  }

  async delete(path: string): Promise<void> {
    await this.call('DELETE', path).catch(undefinedIfGone)
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    const { url, token } = this.#settings
    return fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body ? { body: `${JSON.stringify(body)}\n` } : {}),
    })
  }

  #waitMs(attempt: number, answer: Response | Error): number {
    const { waitMinMs, waitMaxMs } = this.#settings
    const after =
      answer instanceof Error ? undefined : Number(answer.headers.get('retry-after') ?? Number.NaN)
    if (after !== undefined && after >= 0) return after * 1000
    return Math.min(waitMaxMs, waitMinMs * 2 ** (attempt - 1))
  }
}

const isPassing = (status: number) => status === 429 || (status >= 500 && status !== 501)

function undefinedIfGone(error: Error): undefined {
  if (!(error instanceof ApiError) || error.status !== 404) throw error
}

function settingsFrom(given: Bag): Settings {
  const setting = (name: string, ...variables: string[]): string | undefined => {
    const value = given[name] ?? variables.map((variable) => process.env[variable]).find(Boolean)
    return value === undefined || value === '' ? undefined : textOf(value)
  }
  const number = (name: string, variable: string, fallback: number) =>
    Number(setting(name, variable) ?? fallback)
  return {
    url: (setting('apiEndpoint', 'DIGITALOCEAN_API_URL') ?? 'https://api.digitalocean.com').replace(
      /\/$/,
      '',
    ),
    token: setting('token', 'DIGITALOCEAN_TOKEN', 'DIGITALOCEAN_ACCESS_TOKEN') ?? '',
    retries: number('httpRetryMax', 'DIGITALOCEAN_HTTP_RETRY_MAX', 4),
    waitMinMs: 1000 * number('httpRetryWaitMin', 'DIGITALOCEAN_HTTP_RETRY_WAIT_MIN', 1),
    waitMaxMs: 1000 * number('httpRetryWaitMax', 'DIGITALOCEAN_HTTP_RETRY_WAIT_MAX', 30),
  }
}

async function read(what: string, answer: Response): Promise<unknown> {
  const text = await answer.text()
  const body = parsed(text)
  if (answer.ok) return body
  const error = (body ?? {}) as { message?: string; request_id?: string }
  const request = error.request_id ?? answer.headers.get('x-request-id')
  throw new ApiError(
    answer.status,
    `${what}: ${answer.status} ${request ? `(request "${request}") ` : ''}${error.message ?? text}`,
  )
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** fetch says "fetch failed" and keeps the reason to itself. */
function connectionError(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}
