import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Api } from '../api.ts'
import { act, client, Life, start, type Client, type World } from './mortal-lab.ts'

const scenarios: [what: string, prepare: (lab: Client, api: Api) => Promise<() => Promise<unknown>>][] = [
  ['making a droplet', async (lab) => () => lab.droplet()],
  [
    'deleting a droplet that a reserved IP leads to',
    async (lab, api) => {
      const id = await lab.droplet()
      await lab.call('POST', '/reserved_ips', { droplet_id: id })
      await api.idle()
      return () => lab.call('DELETE', `/droplets/${id}`)
    },
  ],
  [
    'resizing a droplet',
    async (lab, api) => {
      const id = await lab.droplet()
      await act(lab, id, { type: 'power_off' })
      await api.idle()
      return () => act(lab, id, { type: 'resize', size: 's-1vcpu-1gb', disk: true })
    },
  ],
  [
    'assigning a reserved IP',
    async (lab) => {
      const [id, ip] = [await lab.droplet(), await lab.reservedIp()]
      return () => lab.call('POST', `/reserved_ips/${ip}/actions`, { type: 'assign', droplet_id: id })
    },
  ],
  [
    'making a reserved IP for a droplet',
    async (lab) => {
      const id = await lab.droplet()
      return () => lab.call('POST', '/reserved_ips', { droplet_id: id })
    },
  ],
  [
    'switching a droplet off',
    async (lab) => {
      const id = await lab.droplet()
      return () => act(lab, id, { type: 'power_off' })
    },
  ],
  [
    'taking a snapshot',
    async (lab) => {
      const id = await lab.droplet()
      return () => act(lab, id, { type: 'snapshot', name: 'kept' })
    },
  ],
  [
    'rebuilding a droplet',
    async (lab) => {
      const id = await lab.droplet()
      return () => act(lab, id, { type: 'rebuild', image: 'debian-13-x64' })
    },
  ],
]

/** Kills the lab at that moment of the scenario, starts it again and answers what it made of it; undefined when it was over before. */
async function killedAt(moment: number, prepare: (typeof scenarios)[number][1]) {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-killed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'cloud.json')
  const world: World = { running: new Map(), captures: new Set(), led: new Map() }
  const first = new Life()
  const { api: before } = await start(file, world, first)
  const run = await prepare(client(before), before)
  await before.idle()
  first.endAt(moment)
  const outcome = await Promise.race([first.ended, run().then(() => before.idle())])
  if (outcome !== 'killed') return undefined
  const { api, store } = await start(file, world, new Life())
  await api.reconcile()
  await api.idle()
  return { api, store, world }
}

test.each(scenarios)(
  'killed at any moment of %s, the next lab leaves nothing unknown or half-done',
  async (_what, prepare) => {
    let moments = 0
    for (;;) {
      const after = await killedAt(moments + 1, prepare)
      if (!after) break
      moments += 1
      const { api, store, world } = after
      const { droplets, leaving, leavingImages, actions, reservedIps, images } = store.state
      expect(Object.fromEntries(world.running)).toEqual(
        Object.fromEntries(droplets.map(({ id, status }) => [id, status === 'active'])),
      )
      expect([...world.captures]).toEqual(images.map(({ id }) => id))
      expect([...world.led]).toEqual(
        reservedIps.filter(({ dropletId }) => dropletId !== null).map(({ ip, dropletId }) => [ip, dropletId]),
      )
      expect(actions.filter(({ status }) => status === 'in-progress')).toEqual([])
      expect([...droplets, ...reservedIps].filter(({ locked }) => locked)).toEqual([])
      expect([...leaving, ...leavingImages]).toEqual([])
      // And it takes orders again, about what is left too.
      const { call, droplet } = client(api)
      await droplet()
      for (const { id } of (await call('GET', '/droplets')).droplets) await call('DELETE', `/droplets/${id}`)
      expect(world.running.size + world.led.size).toBe(0)
    }
    expect(moments).toBeGreaterThan(3)
  },
  60_000,
)

test('machines and disks that no account knows are destroyed by the next start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-killed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const world: World = {
    running: new Map([[500_000_009, true]]),
    captures: new Set([500_000_010]),
    led: new Map(),
  }
  const { api } = await start(join(folder, 'cloud.json'), world, new Life())
  await api.reconcile()
  expect([world.running.size, world.captures.size]).toEqual([0, 0])
  expect(await client(api).droplet()).toBeGreaterThan(500_000_010)
})
