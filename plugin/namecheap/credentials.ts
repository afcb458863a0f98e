import { isIPv4 } from 'node:net'
import { explained } from './explained.ts'

/** Who asks Namecheap, and where. */
export interface Credentials {
  readonly apiUser: string
  readonly apiKey: string
  /** The account that has the domain; almost always the same as `apiUser`. */
  readonly userName: string
  /** This machine's public IPv4 address, which Namecheap has on its list. */
  readonly clientIp: string
  readonly url: string
}

/** Where a key is made, API access switched on, and an address let in. */
export const apiAccessPage = 'https://ap.www.namecheap.com/settings/tools/apiaccess/'

const required = ['NAMECHEAP_API_USER', 'NAMECHEAP_API_KEY', 'NAMECHEAP_CLIENT_IP'] as const
const productionUrl = 'https://api.namecheap.com/xml.response'

/** The variables without which Namecheap can't be asked, as far as they are not set. */
export const missingVariables = (environment: NodeJS.ProcessEnv): string[] =>
  required.filter((name) => !environment[name]?.trim())

/** Reads who we are at every call: what was wrong once and is put right must not stick anywhere. */
export function readCredentials(environment: NodeJS.ProcessEnv = process.env): Credentials {
  const missing = missingVariables(environment)
  if (missing.length > 0) {
    throw explained('Namecheap can not be asked', {
      why: `the environment lacks ${missing.join(' and ')}`,
      next: `set ${missing.length === 1 ? 'it' : 'them'} and run this again; a key is made at ${apiAccessPage}`,
    })
  }
  const read = (name: string): string => environment[name]?.trim() ?? ''
  const apiUser = read('NAMECHEAP_API_USER')
  return {
    apiUser,
    apiKey: read('NAMECHEAP_API_KEY'),
    userName: read('NAMECHEAP_USERNAME') || apiUser,
    clientIp: ipv4(read('NAMECHEAP_CLIENT_IP')),
    url: safeUrl(read('NAMECHEAP_API_URL') || productionUrl),
  }
}

function ipv4(text: string): string {
  if (isIPv4(text)) return text
  throw explained('Namecheap can not be asked', {
    why: `NAMECHEAP_CLIENT_IP must be an IPv4 address; got ${JSON.stringify(text)}`,
    next: `set it to this machine's public address, and let that in at ${apiAccessPage}whitelisted-ips`,
  })
}

/** The key goes there: in the clear it may only travel within this machine. */
function safeUrl(text: string): string {
  const url = URL.parse(text)
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && local)) return url.href
  throw explained('Namecheap can not be asked', {
    why: `NAMECHEAP_API_URL must be an https:// address; got ${JSON.stringify(text)}`,
    next: `unset it for ${productionUrl}`,
  })
}
