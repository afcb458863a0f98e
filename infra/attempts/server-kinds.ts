import * as pulumi from '@pulumi/pulumi'
import { listThings, removeThing, tellThing } from './account.ts'
import { idOf, sameMaker, type Kind } from './kind.ts'
import { sameKey } from './same-key.ts'

export const key: Kind = {
  alike: async ({ publicKey }) =>
    (await listThings('account/keys')).filter((each) => sameKey(each['public_key'], publicKey)),
  leftBehind: async (inputs) => (await key.alike(inputs)).filter(({ name }) => name === inputs['name']),
  idOf,
  remove: ({ id }) => removeThing(`account/keys/${id}`),
  describe: ({ name }) => `ssh key ${name}`,
}

export const tag: Kind = {
  // Its name ends with a chance of its own, so that no other stack has the same.
  alike: async (inputs) => (await listThings('tags')).filter(({ name }) => name === inputs['name']),
  async leftBehind(inputs) {
    // A firewall may go by it and shows in no count: another stack of this name, whose droplet is being replaced.
    const idle = (await listThings('tags')).filter(
      ({ name, resources }) => sameMaker(name, inputs['name']) && resources.count === 0,
    )
    for (const { name } of idle)
      await pulumi.log.warn(
        `the tag ${name} marks nothing\n` +
          `  why   an interrupted run left it behind, or another stack of this name is being made\n` +
          `  next  doctl compute tag delete ${name}   (if no firewall goes by it)`,
      )
    return []
  },
  idOf: ({ name }) => name,
  remove: ({ name }) => removeThing(`tags/${name}`),
  describe: ({ name }) => `tag ${name}`,
}

export const droplet: Kind = {
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

export const firewall: Kind = {
  alike: async ({ name }) => (await listThings('firewalls')).filter((each) => each['name'] === name),
  leftBehind: async (inputs) =>
    (await listThings('firewalls')).filter(
      ({ name, tags }) => sameMaker(name, inputs['name']) && tags?.includes(inputs['tags'][0]),
    ),
  idOf,
  remove: ({ id }) => removeThing(`firewalls/${id}`),
  describe: ({ name }) => `firewall ${name}`,
}

export const address: Kind = {
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

export const assignment: Kind = {
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
