import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Machines, MachineSpec, Policy } from '../../machines.ts'
import { noMachines } from '../../machines.ts'
import { createApi, type Api } from '../api.ts'
import { Store } from './store.ts'
import { startApi, testAddresses } from '../testing.ts'

const never = () => new Promise<void>(() => {})
const everywhere = { addresses: ['0.0.0.0/0'] }

/** A lab that dies in the middle of what `live` does, with machines that never end what they are told. */
async function killedDuring(slow: Partial<Machines>, live: (api: Api) => Promise<unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-reconcile-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'digitalocean.json')
  const store = await Store.open(file)
  const api = createApi({ store, machines: { ...noMachines(testAddresses), ...slow }, log: () => undefined })
  await live(api)
  return file
}

const headers = { authorization: 'Bearer t' }
const order = { name: 'web', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }

test('a droplet that was being made is made', async () => {
  const file = await killedDuring({ create: never }, (api) =>
    api.inject({ method: 'POST', url: '/v2/droplets', headers, payload: order }),
  )
  const made: MachineSpec[] = []
  const { api, call } = await startApi({
    file,
    machines: {
      async create(spec) {
        made.push(spec)
      },
    },
  })
  expect((await call('GET', '/droplets')).body.droplets).toMatchObject([{ status: 'new', locked: true }])
  await api.reconcile()
  expect(made).toMatchObject([{ name: 'web', ipv4: '198.51.100.3' }])
  expect((await call('GET', '/droplets')).body.droplets).toMatchObject([{ status: 'active', locked: false }])
  expect((await call('GET', '/actions')).body.actions).toMatchObject([
    { type: 'create', status: 'completed' },
  ])
})

test('a machine that was being destroyed is destroyed, and its address is free only then', async () => {
  const file = await killedDuring({ destroy: never }, async (api) => {
    await api.inject({ method: 'POST', url: '/v2/droplets', headers, payload: order })
    await api.idle()
    const { droplets } = (await api.inject({ url: '/v2/droplets', headers })).json()
    void api.inject({ method: 'DELETE', url: `/v2/droplets/${droplets[0].id}`, headers })
    await expect
      .poll(async () => (await api.inject({ url: '/v2/droplets', headers })).json().meta.total)
      .toBe(0)
  })
  const destroyed: number[] = []
  const { api, droplet, store } = await startApi({
    file,
    machines: {
      async destroy(id) {
        destroyed.push(id)
      },
    },
  })
  expect((await droplet()).networks.v4[0].ip_address).toBe('198.51.100.4')
  await api.reconcile()
  expect(destroyed).toHaveLength(1)
  expect(store.state.leaving).toEqual([])
  expect((await droplet()).networks.v4[0].ip_address).toBe('198.51.100.3')
})

test('after the whole machine restarted: active droplets run again, off ones stay off, the edge is back', async () => {
  const file = await killedDuring({}, async (api) => {
    const post = async (path: string, payload: object) =>
      (await api.inject({ method: 'POST', url: `/v2${path}`, headers, payload })).json()
    const web = (await post('/droplets', order)).droplet
    const spare = (await post('/droplets', { ...order, name: 'spare' })).droplet
    await api.idle()
    await post(`/droplets/${spare.id}/actions`, { type: 'power_off' })
    const inbound_rules = [{ protocol: 'tcp', ports: '22', sources: everywhere }]
    await post('/firewalls', { name: 'web', inbound_rules, droplet_ids: [web.id] })
    await post('/reserved_ips', { droplet_id: web.id })
    await api.idle()
  })
  const poweredOn: number[] = []
  let policies: Policy[] = []
  let led: object[] = []
  const { api, call } = await startApi({
    file,
    machines: {
      running: () => Promise.resolve(false),
      async create({ id }) {
        poweredOn.push(id)
      },
      async filter(all) {
        policies = all
      },
      async reserve(all) {
        led = all
      },
    },
  })
  await api.reconcile()
  const [web] = (await call('GET', '/droplets?name=web')).body.droplets
  expect(poweredOn).toEqual([web.id])
  expect(policies).toMatchObject([{ machineId: web.id, inbound: [{ ports: '22' }] }])
  expect(led).toEqual([{ ip: '198.51.100.6', machineId: web.id }])
})

test('a reserved IP that was on its way arrives', async () => {
  const file = await killedDuring(
    { reserve: (all) => (all.length > 0 ? never() : Promise.resolve()) },
    async (api) => {
      await api.inject({ method: 'POST', url: '/v2/droplets', headers, payload: order })
      await api.idle()
      const [droplet] = (await api.inject({ url: '/v2/droplets', headers })).json().droplets
      await api.inject({
        method: 'POST',
        url: '/v2/reserved_ips',
        headers,
        payload: { droplet_id: droplet.id },
      })
      const droplets = async () => {
        const { reserved_ips } = (await api.inject({ url: '/v2/reserved_ips', headers })).json()
        return reserved_ips.map(({ droplet: led }: { droplet: object | null }) => led !== null)
      }
      await expect.poll(droplets).toEqual([true])
    },
  )
  const { api, call } = await startApi({ file })
  await api.reconcile()
  expect((await call('GET', '/reserved_ips')).body.reserved_ips).toMatchObject([
    { locked: false, droplet: { name: 'web' } },
  ])
  expect((await call('GET', '/actions')).body.actions[0]).toMatchObject({
    type: 'assign_ip',
    status: 'completed',
  })
})
