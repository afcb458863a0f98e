import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { noMachines, type Machines } from '../../machines.ts'
import { createApi } from '../api.ts'
import { Store } from '../state/store.ts'
import { startApi, testAddresses } from '../testing.ts'

const order = { name: 'web', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }
const headers = { authorization: 'Bearer t' }
const never = () => new Promise<never>(() => {})

/** A lab that is killed while its droplet's disk is worked on; what it leaves is the file. */
async function killedDuring(action: object, slow: Partial<Machines>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-disk-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'digitalocean.json')
  const store = await Store.open(file)
  const api = createApi({ store, machines: { ...noMachines(testAddresses), ...slow }, log: () => undefined })
  const post = (url: string, payload: object) => api.inject({ method: 'POST', url, headers, payload })
  const { droplet } = (await post('/v2/droplets', order)).json()
  await api.idle()
  expect((await post(`/v2/droplets/${droplet.id}/actions`, action)).statusCode).toBe(201)
  return file
}

test('a copy that was being made is made to its end, under the id that was meant for it', async () => {
  const began: number[] = []
  const file = await killedDuring(
    { type: 'snapshot', name: 'before' },
    {
      capture(_id, imageId) {
        began.push(imageId)
        return never()
      },
    },
  )
  const { api, call } = await startApi({
    file,
    machines: {
      capture: async (_id, imageId) => ({ bytes: began.includes(imageId) ? 2_000_000_000 : 0 }),
      list: async () => ({ machines: [], captures: began }),
    },
  })
  await api.reconcile()
  expect((await call('GET', '/images?private=true')).body.images).toMatchObject([
    { id: began[0], name: 'before', size_gigabytes: 2 },
  ])
  expect((await call('GET', '/droplets')).body.droplets).toMatchObject([{ status: 'active', locked: false }])
})

test('a disk that was being made anew is made anew', async () => {
  const file = await killedDuring({ type: 'rebuild', image: 'debian-13-x64' }, { rebuild: never })
  const rebuilt: unknown[] = []
  const { api, call } = await startApi({
    file,
    machines: {
      async rebuild(spec) {
        rebuilt.push(spec.image)
      },
    },
  })
  await api.reconcile()
  expect(rebuilt).toEqual(['debian-13-x64'])
  expect((await call('GET', '/actions')).body.actions).toMatchObject([
    { type: 'rebuild', status: 'completed' },
    { type: 'create', status: 'completed' },
  ])
})

test('the copy behind a deleted image that could not be removed is removed at the next start', async () => {
  const { api, call, droplet, file } = await startApi({
    machines: { removeCapture: () => Promise.reject(new Error('busy')) },
  })
  const { id } = await droplet()
  await call('POST', `/droplets/${id}/actions`, { type: 'snapshot', name: 'before' })
  await api.idle()
  const [{ id: image }] = (await call('GET', '/images?private=true')).body.images
  expect((await call('DELETE', `/images/${image}`)).status).toBe(204)
  const removed: number[] = []
  const store = await Store.open(file)
  expect(store.state.leavingImages).toEqual([image])
  const removeCapture = async (imageId: number) => void removed.push(imageId)
  const machines = { ...noMachines(testAddresses), removeCapture }
  await createApi({ store, machines, log: () => undefined }).reconcile()
  expect(removed).toEqual([image])
  expect(store.state.leavingImages).toEqual([])
})

test('a snapshot bears the time at which it was begun, by which the official plugin finds it', async () => {
  let now = new Date('2026-11-23T04:00:00Z')
  const { api, call, droplet } = await startApi({
    clock: () => now,
    machines: {
      async capture() {
        now = new Date('2026-11-23T04:03:00Z')
        return { bytes: 2_000_000_000 }
      },
    },
  })
  const { id } = await droplet()
  const { action } = (await call('POST', `/droplets/${id}/actions`, { type: 'snapshot', name: 'before' }))
    .body
  await api.idle()
  expect((await call('GET', `/actions/${action.id}`)).body.action).toMatchObject({
    started_at: '2026-11-23T04:00:00Z',
    completed_at: '2026-11-23T04:03:00Z',
  })
  expect((await call('GET', `/droplets/${id}/snapshots`)).body.snapshots).toMatchObject([
    { created_at: '2026-11-23T04:00:00Z' },
  ])
})
