import * as pulumi from '@pulumi/pulumi'
import { listThings, removeThing, tellThing, type Thing } from './account.ts'

/** How the things that one kind of resource makes are found again in the account. Inputs are the resource's own. */
export interface Kind {
  /** Everything that a request with these inputs may have made; more is fine, what was there before is left alone. */
  alike(inputs: Thing): Promise<Thing[]>
  /** What can only be left of an earlier attempt of this stack. Throws when someone else's is in the way. */
  leftBehind?(inputs: Thing): Promise<Thing[]>
  idOf(thing: Thing): string
  /** There is no second one: what is there after the attempt is what it made. */
  only?: boolean
  remove(thing: Thing): Promise<void>
  describe(thing: Thing): string
}

const idOf = ({ id }: Thing) => String(id)

const key: Kind = {
  alike: async ({ publicKey }) =>
    (await listThings('account/keys')).filter((each) => sameKey(each['public_key'], publicKey)),
  leftBehind: async (inputs) => (await key.alike(inputs)).filter(({ name }) => name === inputs['name']),
  idOf,
  remove: ({ id }) => removeThing(`account/keys/${id}`),
  describe: ({ name }) => `ssh key ${name}`,
}

const tag: Kind = {
  // Its name ends with a chance of its own, so that no other stack has the same.
  alike: async (inputs) => (await listThings('tags')).filter(({ name }) => name === inputs['name']),
  idOf: ({ name }) => name,
  remove: ({ name }) => removeThing(`tags/${name}`),
  describe: ({ name }) => `tag ${name}`,
}

const droplet: Kind = {
  alike: async ({ name, tags: [mark] }) =>
    (await listThings(`droplets?tag_name=${mark}`)).filter((each) => each['name'] === name),
  async leftBehind(inputs) {
    const [mark] = inputs['tags']
    const [droplets, addresses] = await Promise.all([
      listThings(`droplets?tag_name=${mark}`),
      listThings('reserved_ips'),
    ])
    // The one that serves is led to, also while its successor is made.
    const serving = new Set(addresses.map((each) => each['droplet']?.id))
    return droplets.filter(({ id, name }) => sameMaker(name, inputs['name']) && !serving.has(id))
  },
  idOf,
  remove: ({ id }) => removeThing(`droplets/${id}`),
  describe: ({ id, name }) => `droplet ${name} (${id})`,
}

const firewall: Kind = {
  alike: async ({ name }) => (await listThings('firewalls')).filter((each) => each['name'] === name),
  leftBehind: async (inputs) =>
    (await listThings('firewalls')).filter(
      ({ name, tags }) => sameMaker(name, inputs['name']) && tags?.includes(inputs['tags'][0]),
    ),
  idOf,
  remove: ({ id }) => removeThing(`firewalls/${id}`),
  describe: ({ name }) => `firewall ${name}`,
}

const address: Kind = {
  alike: async (inputs) =>
    (await listThings('reserved_ips')).filter(
      (each) => each['droplet'] === null && each['region'].slug === inputs['region'],
    ),
  async leftBehind(inputs) {
    // An address bears no name and no tag: whose it is, only a person knows.
    const idle = await address.alike(inputs)
    for (const { ip } of idle)
      await pulumi.log.warn(
        `the reserved IP ${ip} leads nowhere, and costs money\n` +
          `  why   someone keeps it, or an interrupted run left it behind\n` +
          `  next  doctl compute reserved-ip delete ${ip}   (if nobody needs it)`,
      )
    return []
  },
  idOf: ({ ip }) => ip,
  remove: ({ ip }) => removeThing(`reserved_ips/${ip}`),
  describe: ({ ip }) => `reserved IP ${ip}`,
}

const assignment: Kind = {
  async alike({ ipAddress, dropletId }) {
    const all = await listThings('reserved_ips')
    return all.filter((each) => each['ip'] === ipAddress && each['droplet']?.id === dropletId)
  },
  leftBehind: (inputs) => assignment.alike(inputs),
  idOf: ({ ip }) => ip,
  only: true,
  remove: ({ ip }) => tellThing(`reserved_ips/${ip}`, { type: 'unassign' }),
  describe: ({ ip }) => `assignment of ${ip}`,
}

const zone: Kind = {
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

const record: Kind = {
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

export const kinds = { key, tag, droplet, firewall, address, zone, record, assignment }

export type KindName = keyof typeof kinds

const bornWithZone = new Set(['SOA', 'NS'])

/** Automatic names differ in their end only: `web-1a2b3c4`. */
const sameMaker = (one: string, other: string): boolean => stemOf(one) === stemOf(other)
const stemOf = (name: string): string => name.replace(/-[0-9a-f]{7}$/, '')

/** Whether two lines are one OpenSSH key: the comment at the end is nobody's identity. */
export const sameKey = (one: string, other: string): boolean => coreOf(one) === coreOf(other)
const coreOf = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ')

/** The API answers hosts without their final dot, and the zone itself as `@`. */
const sameValue = (data: string, value: string, domain: string): boolean =>
  withoutDot(data) === withoutDot(value) || (data === '@' && withoutDot(value) === domain)
const withoutDot = (host: string): string => host.replace(/\.$/, '')
