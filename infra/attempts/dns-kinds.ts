import * as pulumi from '@pulumi/pulumi'
import { listThings, removeThing, type Thing } from './account.ts'
import { idOf, type Kind } from './kind.ts'

const bornWithZone = new Set(['SOA', 'NS'])

export const zone: Kind = {
  alike: async (inputs) => (await listThings('domains')).filter(({ name }) => name === inputs['name']),
  async leftBehind(inputs) {
    const [there] = await zone.alike(inputs)
    if (!there) return []
    const records = await listThings(`domains/${there['name']}/records`)
    if (records.every(({ type }) => bornWithZone.has(type))) return [there]
    throw new pulumi.RunError(
      `the domain ${there['name']} is in this DigitalOcean account already, with records of its own\n` +
        `  why   another stack or a person made it; two can't be in charge of one zone\n` +
        `  next  pulumi import digitalocean:index/domain:Domain dns ${there['name']}   (or delete it there)`,
    )
  },
  idOf: ({ name }) => name,
  remove: ({ name }) => removeThing(`domains/${name}`),
  describe: ({ name }) => `domain ${name}`,
}

export const record: Kind = {
  alike: async (inputs) => {
    const { domain, type, name, value } = inputs
    const same = (each: Thing) =>
      each['name'] === name &&
      sameValue(each['data'], value, domain) &&
      // A CAA record for wildcards differs from its sibling in its tag only.
      ['priority', 'port', 'weight', 'flags', 'tag'].every(
        (field) => (each[field] ?? 0) === (inputs[field] ?? 0),
      )
    const records = await listThings(`domains/${domain}/records?type=${type}`)
    return records.filter(same).map((each) => ({ ...each, domain }))
  },
  // One that says the same is no loss: it is made again at once.
  leftBehind: (inputs) => record.alike(inputs),
  idOf,
  remove: ({ domain, id }) => removeThing(`domains/${domain}/records/${id}`),
  describe: ({ type, name, data }) => `record ${name} ${type} ${data}`,
}

/** The API answers hosts without their final dot, and the zone itself as `@`. */
const sameValue = (data: string, value: string, domain: string): boolean =>
  withoutDot(data) === withoutDot(value) || (data === '@' && withoutDot(value) === domain)
const withoutDot = (host: string): string => host.replace(/\.$/, '')
