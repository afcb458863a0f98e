import { elements, isTrue, textOf } from './answer.ts'
import type { Namecheap } from './client.ts'
import { Refused } from './explained.ts'
import { registeredName } from './registered-name.ts'

/** Who answers for a domain. */
export interface Delegation {
  readonly nameservers: string[]
  /** Whether these are Namecheap's own, which serve the host records that are kept there. */
  readonly isDefault: boolean
}

/** One way of writing a list of nameservers, whose order means nothing. */
export const canonical = (nameservers: readonly string[]): string[] =>
  [...new Set(nameservers.map((name) => name.trim().toLowerCase().replace(/\.$/, '')))].toSorted()

export async function readDelegation(namecheap: Namecheap, domain: string): Promise<Delegation> {
  const result = await namecheap.ask({
    name: 'domains.dns.getList',
    failure: `${domain}: Namecheap does not tell its nameservers`,
    parameters: { ...(await registeredName(domain, namecheap)) },
  })
  return {
    nameservers: elements(result['Nameserver']).map(textOf),
    isDefault: isTrue(result['IsUsingOurDNS']),
  }
}

/** Hands the domain to these nameservers, or back to Namecheap's own. */
export async function delegate(
  namecheap: Namecheap,
  domain: string,
  to: readonly string[] | 'default',
): Promise<void> {
  const failure = `${domain}: Namecheap does not set its nameservers`
  const name = await registeredName(domain, namecheap)
  const result = await namecheap.ask(
    to === 'default'
      ? { name: 'domains.dns.setDefault', failure, parameters: { ...name } }
      : { name: 'domains.dns.setCustom', failure, parameters: { ...name, Nameservers: to.join(',') } },
  )
  if (isTrue(result['Updated'])) return
  throw new Refused(failure, {
    why: 'it took the request and answered that nothing was updated',
    next: 'see what Namecheap shows for the domain, then run this again',
    numbers: [],
  })
}
