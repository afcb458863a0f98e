import { checkNameservers, type NameserversInputs } from './namecheap/check-nameservers.ts'
import { Namecheap } from './namecheap/client.ts'
import { canonical, delegate, readDelegation, type Delegation } from './namecheap/delegation.ts'
import { Refused } from './namecheap/explained.ts'
import { isNotOurs } from './namecheap/refusal.ts'
import { inputChanges } from './plan.ts'
import { HalfMade, type Call, type Olds, type ResourceClass } from './provider.ts'
import { hasUnknown, same, type Bag } from './values.ts'

const inputsOf = (bag: Bag): NameserversInputs => bag as unknown as NameserversInputs
const previousOf = (olds: Olds): Delegation => olds.outputs['previous'] as Delegation

/** The nameservers of a domain at Namecheap; what was there before is remembered. */
export const nameservers: ResourceClass = {
  computed: ['previous'],

  check: (news: Bag) => checkNameservers(news),

  async diff(_id: string, olds: Olds, news: Bag, call: Call) {
    const changes = inputChanges(olds.inputs, news, ['domain'])
    if (hasUnknown(news) || changes.some(({ kind }) => kind === 'replace')) return { changes }
    const { domain, nameservers: desired } = inputsOf(news)
    const observed = await readDelegation(new Namecheap(call), domain)
    if (leadsTo(observed, desired)) return { changes }
    const ofInputs = changes.some(({ path }) => path === 'nameservers')
    await call.info(`${ofInputs ? '' : 'changed by hand at Namecheap; '}${plan(domain, observed, desired)}`)
    if (!ofInputs) changes.push({ path: 'nameservers', kind: 'update', ofInputs: false })
    return { changes }
  },

  async preview(news: Bag, call: Call) {
    if (hasUnknown(news)) return
    const { domain, nameservers: desired } = inputsOf(news)
    const observed = await readDelegation(new Namecheap(call), domain)
    if (!leadsTo(observed, desired)) await call.info(plan(domain, observed, desired))
  },

  async create(bag: Bag, call: Call) {
    const inputs = inputsOf(bag)
    const namecheap = new Namecheap(call)
    const previous = await readDelegation(namecheap, inputs.domain)
    const outputs = { ...bag, previous }
    try {
      if (!leadsTo(previous, inputs.nameservers)) await delegate(namecheap, inputs.domain, inputs.nameservers)
    } catch (error) {
      if (error instanceof Refused) throw error
      // It may be done. Kept in the state, or the next run would take our own nameservers for the previous ones.
      throw new HalfMade(inputs.domain, outputs, error as Error)
    }
    return { id: inputs.domain, outputs }
  },

  async read(id: string, olds: Olds, call: Call) {
    const domain = id.replace(/\.$/, '').toLowerCase()
    const observed = await readDelegation(new Namecheap(call), domain)
    const now = canonical(observed.nameservers)
    const imported = olds.inputs['domain'] === undefined
    // What was asked stays as it was asked: it tells `delete` whether someone else moved the domain since.
    const inputs = imported ? { domain, nameservers: now, onDelete: 'keep' } : olds.inputs
    const previous = imported ? observed : previousOf(olds)
    return { id: domain, inputs, outputs: { ...inputs, nameservers: now, previous } }
  },

  async update(_id: string, olds: Olds, news: Bag, call: Call) {
    const { domain, nameservers: desired } = inputsOf(news)
    const namecheap = new Namecheap(call)
    const observed = await readDelegation(namecheap, domain)
    if (!leadsTo(observed, desired)) await delegate(namecheap, domain, desired)
    return { ...news, previous: previousOf(olds) }
  },

  async delete(_id: string, olds: Olds, call: Call) {
    const { domain, nameservers: ours, onDelete } = inputsOf(olds.inputs)
    if (onDelete === 'keep') return
    const previous = previousOf(olds)
    const target = onDelete === 'default' || previous.isDefault ? 'default' : previous.nameservers
    const namecheap = new Namecheap(call)
    try {
      const observed = await readDelegation(namecheap, domain)
      if (target === 'default' ? observed.isDefault : leadsTo(observed, target)) return
      if (leadsTo(observed, ours)) return await delegate(namecheap, domain, target)
      const now = observed.nameservers.join(', ') || 'no nameservers'
      await call.warn(`${domain} was moved to ${now} since; left there`)
    } catch (error) {
      if (!isNotOurs(error)) throw forgettable(error, call)
      await call.warn(`${(error as Error).message}\n  its nameservers are left as they are`)
    }
  },
}

const leadsTo = (observed: Delegation, desired: readonly string[]): boolean =>
  same(canonical(observed.nameservers), canonical(desired))

function plan(domain: string, { nameservers: now, isDefault }: Delegation, desired: string[]): string {
  const names = now.join(', ') || 'no nameservers'
  return [
    `up would hand ${domain}`,
    `from  ${isDefault ? `Namecheap's own DNS (${names})` : names}`,
    `to    ${desired.join(', ')}`,
    ...(isDefault ? ['ends  host records and forwarding that are kept at Namecheap'] : []),
  ].join('\n  ')
}

/** What to do with a resource that can't be given back is asked only where it is about to go. */
const forgettable = (error: unknown, { urn }: Call): Error =>
  new Error(
    `${(error as Error).message}\n        or leave the domain as it is and forget it: pulumi state delete '${urn}'`,
    { cause: error },
  )
