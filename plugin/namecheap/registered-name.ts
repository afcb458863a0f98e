import { elements, textOf } from './answer.ts'
import type { Namecheap } from './client.ts'
import { explained } from './explained.ts'
import { once } from '../once.ts'
import type { Bag } from '../values.ts'

/** A registered domain as Namecheap wants it named: `example` and `co.uk`. */
export interface RegisteredName {
  readonly SLD: string
  readonly TLD: string
}

let sold: (() => Promise<ReadonlySet<string>>) | undefined

/**
 * Splits a domain where its registration begins. With two labels that is plain; with more, Namecheap's own list of what
 * it sells names decides, so that `example.co.uk` is a domain and `staging.example.com` is not.
 */
export async function registeredName(domain: string, namecheap: Namecheap): Promise<RegisteredName> {
  const labels = domain.split('.')
  const at = (count: number): RegisteredName => ({
    SLD: labels.slice(-count - 1, -count).join('.'),
    TLD: labels.slice(-count).join('.'),
  })
  if (labels.length === 2) return at(1)
  const tlds = await (sold ??= once(() => readTlds(namecheap)))().catch((error: unknown) => {
    sold = undefined
    throw error
  })
  const count = labels.findIndex((_label, index) => tlds.has(labels.slice(index).join('.')))
  const labelsOfTld = count === -1 ? 1 : labels.length - count
  if (labelsOfTld === labels.length - 1) return at(labelsOfTld)
  const { SLD, TLD } = at(labelsOfTld)
  throw explained(`${domain} is not a domain that can be delegated at Namecheap`, {
    why: `it is a name below ${SLD}.${TLD}, and only what is registered has nameservers there`,
    next: `delegate ${SLD}.${TLD}, or add NS records for ${domain} where ${SLD}.${TLD} is served`,
  })
}

async function readTlds(namecheap: Namecheap): Promise<ReadonlySet<string>> {
  const { Tld } = await namecheap.ask({
    name: 'domains.getTldList',
    failure: 'Namecheap does not tell under what it sells names',
  })
  return new Set(elements(Tld).map((tld) => textOf((tld as Bag)['Name']).toLowerCase()))
}
