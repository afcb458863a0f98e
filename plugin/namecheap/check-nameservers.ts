import type { Checked, CheckFailure } from '../provider.ts'
import { hasUnknown, type Bag } from '../values.ts'
import { canonical } from './delegation.ts'

/** What happens to the domain's nameservers when the resource goes. */
export type OnDelete = 'keep' | 'restore' | 'default'

/** What a program says of a domain that is registered at Namecheap. Who asks is the environment's business. */
export interface NameserversInputs {
  domain: string
  nameservers: string[]
  /** `keep` leaves them (the default), `restore` puts back what was there before, `default` Namecheap's own. */
  onDelete: OnDelete
}

/** Completes what a program says, writes it in one way, and names what is wrong. */
export function checkNameservers(news: Bag): Checked {
  if (hasUnknown(news)) return { inputs: news, failures: [] }
  const { domain, nameservers, onDelete = 'keep' } = news
  const inputs = {
    ...news,
    domain: canonical([text(domain)])[0] ?? '',
    nameservers: canonical(Array.isArray(nameservers) ? nameservers.map(text) : []),
    onDelete: onDelete as OnDelete,
  }
  return { inputs, failures: failures(inputs) }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const hostName = new RegExp(`^(${label}\\.)+${label}$`)

function failures({ domain, nameservers: names, onDelete }: NameserversInputs): CheckFailure[] {
  const wrong = names.filter((name) => !hostName.test(name))
  return [
    ...(hostName.test(domain)
      ? []
      : [
          {
            property: 'domain',
            reason: `must be a domain such as example.com; got ${JSON.stringify(domain)}`,
          },
        ]),
    ...(names.length >= 2 && names.length <= 12
      ? []
      : [{ property: 'nameservers', reason: `must be 2 to 12 different names; got ${names.length}` }]),
    ...wrong.map((name) => ({
      property: 'nameservers',
      reason: `must be names such as ns1.example.com; got ${JSON.stringify(name)}`,
    })),
    ...(['keep', 'restore', 'default'].includes(onDelete)
      ? []
      : [
          {
            property: 'onDelete',
            reason: `must be keep, restore or default; got ${JSON.stringify(onDelete)}`,
          },
        ]),
  ]
}
