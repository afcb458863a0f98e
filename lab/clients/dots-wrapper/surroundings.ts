import assert from 'node:assert/strict'
import type { Dots } from './dots.ts'
import { finished } from './droplets.ts'

/** What else can be told to a droplet and asked of it. */
export async function surroundings(dots: Dots, droplet_id: number): Promise<void> {
  const { droplet: api } = dots
  const done = async (asked: Promise<{ data: { action: { id: number } } }>) =>
    finished(dots, (await asked).data.action.id)
  const features = async () => (await api.getDroplet({ droplet_id })).data.droplet.features
  await done(api.enableDropletIpv6({ droplet_id }))
  await done(api.enableDropletBackups({ droplet_id }))
  assert.ok((await features()).includes('ipv6') && (await features()).includes('backups'))
  await done(api.disableDropletBackups({ droplet_id }))
  assert.ok(!(await features()).includes('backups'))
  assert.deepEqual((await api.listDropletBackups({ droplet_id })).data.backups, [])
  assert.ok(Array.isArray((await api.listDropletKernels({ droplet_id })).data.kernels))
  assert.ok(Array.isArray((await api.listDropletNeighbors({ droplet_id })).data.droplets))
  const { snapshots, volumes } = (await api.listDropletAssociatedResources({ droplet_id })).data
  assert.deepEqual([snapshots, volumes], [[], []])
}
