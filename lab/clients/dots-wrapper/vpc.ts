import assert from 'node:assert/strict'
import type { Dots } from './dots.ts'
import { pages } from './pages.ts'
import { refused } from './refused.ts'

/** A private network beside the one that every region has. */
export async function vpc({ vpc: api }: Dots): Promise<string> {
  const wish = { name: 'back', region: 'fra1', ip_range: '10.77.0.0/24', description: 'behind the site' }
  const { id: vpc_id } = (await api.createVpc(wish)).data.vpc
  await refused(api.createVpc(wish), 409)
  await api.updateVpc({ vpc_id, name: 'backstage', description: wish.description })
  const { vpc: seen } = (await api.getVpc({ vpc_id })).data
  assert.deepEqual([seen.name, seen.ip_range, seen.default], ['backstage', '10.77.0.0/24', false])
  const all = await pages('vpcs', (page) => api.listVpcs(page))
  const theDefault = all.find(({ region, default: first }) => region === 'fra1' && first)
  assert.ok(theDefault && all.some(({ id }) => id === vpc_id))
  await refused(api.deleteVpc({ vpc_id: theDefault.id }), 403)
  return vpc_id
}

/** The droplet is in the network, which can't be deleted as long as it is. */
export async function isIn({ droplet, vpc: api }: Dots, vpc_id: string, droplet_id: number): Promise<void> {
  assert.equal((await droplet.getDroplet({ droplet_id })).data.droplet.vpc_uuid, vpc_id)
  const { members } = (await api.listVpcResources({ vpc_id, resource_type: 'droplet' })).data
  assert.deepEqual(
    members.map(({ urn }) => urn),
    [`do:droplet:${droplet_id}`],
  )
  await refused(api.deleteVpc({ vpc_id }), 409)
}
