import assert from 'node:assert/strict'
import { createApiClient } from 'dots-wrapper'
import { catalog, keys } from './account.ts'
import type { Dots } from './dots.ts'
import { firstDroplet, power, secondDroplet } from './droplets.ts'
import { groups } from './groups.ts'
import { firewall, floatingIp } from './network.ts'
import { pages } from './pages.ts'
import { refused } from './refused.ts'
import { surroundings } from './surroundings.ts'
import { isIn, vpc } from './vpc.ts'
import { zone } from './zone.ts'

const { DIGITALOCEAN_API_URL: url, DIGITALOCEAN_TOKEN: token = '', WRONG_TOKEN: wrong = '' } = process.env
const endpoint = `${url}/v2`

/** What a person does with dots-wrapper, from an empty account to an empty account. */
async function journey(dots: Dots): Promise<void> {
  const stranger = createApiClient({ endpoint, token: wrong })
  await refused(stranger.account.getAccount(), 401, 'Unable to authenticate you')

  const key = await keys(dots)
  await catalog(dots)
  const droplet = await firstDroplet(dots, key)
  await firewall(dots, droplet.id)
  await zone(dots, droplet.address)
  await floatingIp(dots, droplet.id)
  await groups(dots, droplet.id)
  const snapshot = await power(dots, droplet.id)
  const network = await vpc(dots)
  const copy = await secondDroplet(dots, { key, snapshot, network })
  await isIn(dots, network, copy)
  await surroundings(dots, copy)
  await clear(dots, { key, network, droplets: [droplet.id, copy] })
  await isEmpty(dots)
}

interface Made {
  key: number
  network: string
  droplets: number[]
}

async function clear(dots: Dots, { key, network, droplets }: Made): Promise<void> {
  const [first = 0, ...others] = droplets
  await dots.droplet.deleteDroplet({ droplet_id: first })
  // The others bear this tag.
  await dots.droplet.deleteDropletsByTag({ tag_name: 'copies' })
  for (const droplet_id of [first, ...others]) await refused(dots.droplet.getDroplet({ droplet_id }), 404)
  const snapshots = await pages('snapshots', (page) => dots.snapshot.listSnapshots(page))
  for (const { id } of snapshots) await dots.snapshot.deleteSnapshot({ snapshot_id: id })
  await dots.vpc.deleteVpc({ vpc_id: network })
  await dots.sshKey.destroySshKey({ ssh_key_id: key })
  // Tags that a droplet brought along outlive it.
  const tags = await pages('tags', (page) => dots.tag.listTags(page))
  for (const { name } of tags) await dots.tag.deleteTag({ tag_name: name })
}

async function isEmpty(dots: Dots): Promise<void> {
  const left = {
    droplets: (await dots.droplet.listDroplets({})).data.droplets,
    firewalls: (await dots.firewall.listFirewalls({})).data.firewalls,
    domains: (await dots.domain.listDomains({})).data.domains,
    addresses: (await dots.floatingIp.listFloatingIps({})).data.floating_ips,
    keys: (await dots.sshKey.listSshKeys({})).data.ssh_keys,
    tags: (await dots.tag.listTags({})).data.tags,
    snapshots: (await dots.snapshot.listSnapshots({})).data.snapshots,
    images: (await dots.image.listImages({ user_images: true })).data.images,
    projects: (await dots.project.listProjects({})).data.projects.filter(({ is_default }) => !is_default),
  }
  for (const [kind, items] of Object.entries(left)) assert.deepEqual(items, [], kind)
}

await journey(createApiClient({ endpoint, token }))
