import { expect, test } from 'vitest'
import { startApi } from '../testing.ts'
import { addFault, labClient } from './testing.ts'

/** Machines that are remembered by whether they run. */
function rememberedMachines() {
  const running = new Map<number, boolean>()
  const machines = {
    create: async ({ id }: { id: number }) => void running.set(id, true),
    powerOn: async (id: number) => void running.set(id, true),
    powerOff: async (id: number) => void running.set(id, false),
    destroy: async (id: number) => void running.delete(id),
    running: async (id: number) => running.get(id) ?? false,
    list: async () => ({ machines: [...running.keys()], captures: [] }),
  }
  return { running, machines }
}

test('reset empties the account, destroys the machines and forgets all meanness', async () => {
  const { running, machines } = rememberedMachines()
  const { api, call, droplet, store } = await startApi({ machines })
  const before = await droplet({ tags: ['blue'] })
  const { account } = store.state
  await addFault(api, { kind: 'status', path: '/v2/account', times: null })
  await labClient(api)('POST', '/clock', { advanceSeconds: 7200 })
  expect((await labClient(api)('POST', '/reset')).status).toBe(200)
  expect(running.size).toBe(0)
  expect(store.state).toMatchObject({ account, droplets: [], leaving: [], tags: [], actions: [], keys: [] })
  expect((await call('GET', '/account')).status).toBe(200)
  expect((await labClient(api)('GET', '/clock')).body.clock.aheadSeconds).toBe(0)
  // What is gone never comes back under its number.
  expect((await droplet()).id).toBeGreaterThan(before.id)
})

test('a snapshot is restored by name: later droplets go, earlier ones run again', async () => {
  const { running, machines } = rememberedMachines()
  const { api, call, droplet } = await startApi({ machines })
  const lab = labClient(api)
  const kept = await droplet({ name: 'kept' })
  expect((await lab('POST', '/snapshots', { name: 'before' })).status).toBe(201)
  await call('DELETE', `/droplets/${kept.id}`)
  const later = await droplet({ name: 'later' })
  await call('POST', '/tags', { name: 'later' })
  expect((await lab('POST', '/restore', { name: 'before' })).status).toBe(200)
  await api.idle()
  expect((await call('GET', '/droplets')).body.droplets).toMatchObject([{ name: 'kept', status: 'active' }])
  expect((await call('GET', '/tags')).body.tags).toEqual([])
  expect([...running]).toEqual([[kept.id, true]])
  expect((await droplet()).id).toBeGreaterThan(later.id)
  expect((await lab('GET', '/snapshots')).body).toEqual({ snapshots: ['before'] })
  expect((await lab('DELETE', '/snapshots/before')).status).toBe(204)
  expect((await lab('POST', '/restore', { name: 'before' })).body.message).toBe(
    'There is no snapshot before; there are none.',
  )
})

test('a seed replaces the parts that it names', async () => {
  const { running, machines } = rememberedMachines()
  const { api, call, droplet, store } = await startApi({ machines })
  const { id } = await droplet()
  const [web] = store.state.droplets
  const second = { ...web, id: id + 1000, name: 'second', ipv4: '198.51.100.4' }
  const seeded = await labClient(api)('POST', '/seed', { droplets: [web, second], tags: ['blue'] })
  expect(seeded.body).toEqual({ seeded: ['droplets', 'tags'] })
  await api.idle()
  expect((await call('GET', '/droplets?name=second')).body.droplets).toMatchObject([{ status: 'active' }])
  expect((await call('GET', '/tags')).body.tags).toMatchObject([{ name: 'blue' }])
  expect(running.get(id + 1000)).toBe(true)
  expect((await droplet()).id).toBeGreaterThan(id + 1000)
})

test.each([
  [{ dropletz: [] }, 'There is no field dropletz here; there are'],
  [{ tags: 'blue' }, 'tags must be an array.'],
  [{ nextId: 'one' }, 'nextId must be a number.'],
  [{ account: [] }, 'account must be an object.'],
])('a seed that makes no sense changes nothing: %j', async (seed, sentence) => {
  const { api, store } = await startApi()
  const before = structuredClone(store.state)
  const { status, body } = await labClient(api)('POST', '/seed', seed)
  expect(status).toBe(422)
  expect(body.message).toContain(sentence)
  expect(store.state).toEqual(before)
})

test('the state is shown without user data', async () => {
  const { api, droplet } = await startApi()
  await droplet({ user_data: 'password: hunter2' })
  const { body } = await labClient(api)('GET', '/state')
  expect(body.droplets).toMatchObject([{ name: 'web', userData: '***' }])
  expect(JSON.stringify(body)).not.toContain('hunter2')
})
