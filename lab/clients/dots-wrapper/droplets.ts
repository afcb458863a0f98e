import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dots } from './dots.ts'
import { refused } from './refused.ts'

const userData = '#cloud-config\nruncmd:\n  - touch /root/made-by-dots\n'
const order = { region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }
const waitMs = 60_000

/** A droplet that has booted, and its public address. */
export async function firstDroplet(dots: Dots, key: number): Promise<{ id: number; address: string }> {
  await refused(
    dots.droplet.createDroplet({ ...order, name: 'web', size: 's-none' }),
    422,
    'You specified an invalid size for Droplet creation.',
  )
  const made = await dots.droplet.createDroplet({
    ...order,
    name: 'web',
    ssh_keys: [key],
    user_data: userData,
    ipv6: true,
    monitoring: true,
    tags: ['web'],
  })
  const { id } = made.data.droplet
  const actions = (await dots.droplet.listDropletActions({ droplet_id: id })).data.actions
  assert.deepEqual(
    actions.map(({ type }) => type),
    ['create'],
  )
  await finished(dots, actions[0]?.id ?? 0)
  const { droplet } = (await dots.droplet.getDroplet({ droplet_id: id })).data
  assert.deepEqual([droplet.status, droplet.locked, droplet.tags], ['active', false, ['web']])
  assert.ok(droplet.features.includes('monitoring') && droplet.features.includes('ipv6'))
  const { v4, v6 } = droplet.networks
  assert.deepEqual(v4.map(({ type }) => type).toSorted(), ['private', 'public'])
  assert.equal(v6.length, 1)
  await refused(dots.droplet.getDroplet({ droplet_id: 1 }), 404)
  return { id, address: v4.find(({ type }) => type === 'public')?.ip_address ?? '' }
}

/** A new name, a snapshot while it is off, a larger size, and the same disk anew; answers the snapshot. */
export async function power(dots: Dots, droplet_id: number): Promise<number> {
  const { droplet } = dots
  const done = async (asked: Promise<{ data: { action: { id: number } } }>) =>
    finished(dots, (await asked).data.action.id)
  const seen = async () => (await droplet.getDroplet({ droplet_id })).data.droplet

  await done(droplet.renameDroplet({ droplet_id, name: 'www' }))
  assert.equal((await seen()).name, 'www')
  await refused(droplet.resizeDroplet({ droplet_id, size: 's-1vcpu-1gb', disk: false }), 422)
  await done(droplet.powerOffDroplet({ droplet_id }))
  assert.equal((await seen()).status, 'off')
  await refused(droplet.powerOffDroplet({ droplet_id }), 422)

  await done(droplet.snapshotDroplet({ droplet_id, name: 'before the move' }))
  const { snapshots } = (await droplet.listDropletSnapshots({ droplet_id })).data
  assert.deepEqual(
    snapshots.map(({ name }) => name),
    ['before the move'],
  )
  await done(droplet.resizeDroplet({ droplet_id, size: 's-1vcpu-1gb', disk: false }))
  await done(droplet.powerOnDroplet({ droplet_id }))
  assert.deepEqual([(await seen()).size_slug, (await seen()).status], ['s-1vcpu-1gb', 'active'])
  await done(droplet.rebuildDroplet({ droplet_id, image: 'debian-13-x64' }))
  await done(droplet.restoreDroplet({ droplet_id, image: Number(snapshots[0]?.id) }))
  return Number(snapshots[0]?.id)
}

interface Origin {
  key: number
  snapshot: number
  network: string
}

/** A droplet that starts where the snapshot was taken; told what to do by its tag. */
export async function secondDroplet(dots: Dots, { key, snapshot, network }: Origin): Promise<number> {
  const { images } = (await dots.image.listImages({ user_images: true })).data
  assert.deepEqual(
    images.map(({ id, name, type }) => [id, name, type]),
    [[snapshot, 'before the move', 'snapshot']],
  )
  const made = await dots.droplet.createDroplet({
    ...order,
    name: 'copy',
    image: snapshot,
    ssh_keys: [key],
    tags: ['copies'],
    vpc_uuid: network,
  })
  const { id: droplet_id } = made.data.droplet
  const { actions } = (await dots.droplet.listDropletActions({ droplet_id })).data
  await finished(dots, actions[0]?.id ?? 0)
  const told = await dots.droplet.doActionByDropletTag({ tag_name: 'copies', type: 'power_off' })
  for (const { id } of told.data.actions) await finished(dots, id)
  const { droplets } = (await dots.droplet.listDroplets({ tag_name: 'copies' })).data
  assert.deepEqual(
    droplets.map(({ id, status }) => [id, status]),
    [[droplet_id, 'off']],
  )
  return droplet_id
}

/** Waits until an action has come to its end, as the API's own documentation says one should. */
export async function finished(dots: Dots, action_id: number): Promise<void> {
  for (const until = Date.now() + waitMs; ; await sleep(50)) {
    const { action } = (await dots.action.getAction({ action_id })).data
    if (action.status === 'completed') return assert.ok(action.completed_at)
    assert.equal(action.status, 'in-progress', action.type)
    assert.ok(Date.now() < until, `${action.type} is not done after ${waitMs / 1000} s`)
  }
}
