import type { Answer } from './answer.ts'
import { apiAccessPage, type Credentials } from './credentials.ts'
import { Refused } from './explained.ts'

/** A refusal with the way out, where one is known; numbers are from Namecheap's list of error codes. */
export function refusal(what: string, { errors }: Answer, credentials: Credentials): Refused {
  const numbers = errors.map(({ number }) => number)
  const why = errors.map(({ number, text }) => `${text} (${number})`).join('; ') || 'it does not say'
  const hint = hints.find(([number]) => numbers.includes(number))?.[1]
  const next = hint?.(credentials, why) ?? 'see what Namecheap shows for the domain, then run this again'
  return new Refused(what, { why, next, numbers })
}

/** Whether the domain is not (or no longer) one of this account. */
export const isNotOurs = (error: unknown): boolean =>
  error instanceof Refused && error.numbers.some((number) => ['2019166', '2016166'].includes(number))

type Hint = (credentials: Credentials, why: string) => string

const hints: readonly [string, Hint][] = [
  [
    '1011150',
    ({ clientIp }, why) => {
      // Its own words name the address that it saw.
      const seen = /\d+(\.\d+){3}/.exec(why)?.[0] ?? clientIp
      const variable = seen === clientIp ? '' : `, and set NAMECHEAP_CLIENT_IP=${seen}`
      return `let ${seen} in at ${apiAccessPage}whitelisted-ips${variable}`
    },
  ],
  [
    '1011102',
    () =>
      `see that NAMECHEAP_API_USER and NAMECHEAP_API_KEY are those of ${apiAccessPage}\n` +
      '        and that API access is on there: it takes 20 domains, or $50 on the account or spent in two years',
  ],
  [
    '2019166',
    ({ userName }) =>
      `see how it is spelt, and that it is registered at Namecheap by ${userName}; ` +
      'set NAMECHEAP_USERNAME if another account has it',
  ],
  [
    '2016166',
    ({ userName }) => `set NAMECHEAP_USERNAME to the account that has it; it is not one of ${userName}'s`,
  ],
  [
    '2030166',
    ({ userName }) =>
      `let ${userName} edit the domain: its owner shares it under Sharing & Transfer at Namecheap`,
  ],
]
