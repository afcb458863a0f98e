import { expect, test } from 'vitest'
import { refusal, startApi, testAddresses } from '../testing.ts'

async function startWithRouter() {
  const led: { ip: string; machineId: number }[][] = []
  const started = await startApi({
    machines: {
      async reserve(assignments) {
        led.push(assignments)
      },
    },
  })
  const assign = async (ip: string, droplet_id: number) => {
    const answer = await started.call('POST', `/reserved_ips/${ip}/actions`, { type: 'assign', droplet_id })
    await started.api.idle()
    return answer
  }
  return { ...started, assign, led: () => led.at(-1) }
}

test('leads to a droplet, to another, to none, and is given back', async () => {
  const { api, assign, call, droplet, led } = await startWithRouter()
  const [first, second] = [await droplet(), await droplet()]
  const made = await call('POST', '/reserved_ips', { region: 'fra1' })
  expect(made.status).toBe(202)
  expect(made.body.reserved_ip).toMatchObject({ droplet: null, locked: false, region: { slug: 'fra1' } })
  const { ip } = made.body.reserved_ip
  expect(testAddresses).toContain(ip)
  for (const { id } of [first, second]) {
    const { body, status } = await assign(ip, id)
    expect(status).toBe(201)
    const ended = await call('GET', `/reserved_ips/${ip}/actions/${body.action.id}`)
    expect(ended.body.action).toMatchObject({ type: 'assign_ip', status: 'completed' })
    expect((await call('GET', `/reserved_ips/${ip}`)).body.reserved_ip.droplet.id).toBe(id)
    expect(led()).toEqual([{ ip, machineId: id }])
  }
  await call('POST', `/reserved_ips/${ip}/actions`, { type: 'unassign' })
  await api.idle()
  expect(led()).toEqual([])
  expect((await call('DELETE', `/reserved_ips/${ip}`)).status).toBe(204)
  expect((await call('GET', `/reserved_ips/${ip}`)).status).toBe(404)
})

test('is let go when its droplet is deleted', async () => {
  const { call, droplet, led } = await startWithRouter()
  const { id } = await droplet()
  const { body } = await call('POST', '/reserved_ips', { droplet_id: id })
  const { ip } = body.reserved_ip
  expect(body.links.actions).toMatchObject([{ rel: 'assign_ip' }])
  await call('DELETE', `/droplets/${id}`)
  expect((await call('GET', `/reserved_ips/${ip}`)).body.reserved_ip.droplet).toBeNull()
  expect(led()).toEqual([])
})

test('answers to its old name too', async () => {
  const { call } = await startApi()
  const made = await call('POST', '/floating_ips', { region: 'fra1' })
  const { ip } = made.body.floating_ip
  expect((await call('GET', `/floating_ips/${ip}`)).body.floating_ip.ip).toBe(ip)
  expect((await call('GET', '/reserved_ips')).body.reserved_ips).toMatchObject([{ ip }])
})

test('stays where it was when the router refuses', async () => {
  const { api, call, droplet, logged } = await startApi({
    machines: {
      reserve: (all) => (all.length > 0 ? Promise.reject(new Error('no router')) : Promise.resolve()),
    },
  })
  const { id } = await droplet()
  const { ip } = (await call('POST', '/reserved_ips', { region: 'fra1' })).body.reserved_ip
  const { body } = await call('POST', `/reserved_ips/${ip}/actions`, { type: 'assign', droplet_id: id })
  await api.idle()
  expect((await call('GET', `/actions/${body.action.id}`)).body.action.status).toBe('errored')
  expect((await call('GET', `/reserved_ips/${ip}`)).body.reserved_ip).toMatchObject({
    droplet: null,
    locked: false,
  })
  expect(logged).toContainEqual(expect.objectContaining({ why: 'no router' }))
})

test('refuses droplets that are elsewhere, not there, or busy, and wishes it does not know', async () => {
  const { promise: longReboot, resolve: rebooted } = Promise.withResolvers<void>()
  const { call, droplet } = await startApi({ machines: { reboot: () => longReboot } })
  const [far, near] = [await droplet({ region: 'nyc3' }), await droplet()]
  const { ip } = (await call('POST', '/reserved_ips', { region: 'fra1' })).body.reserved_ip
  const act = async (body: object) => refusal(await call('POST', `/reserved_ips/${ip}/actions`, body))
  expect(await act({ type: 'assign', droplet_id: far.id })).toBe(
    '422 unprocessable_entity: The reserved IP and the Droplet must be in the same region.',
  )
  expect(await act({ type: 'assign', droplet_id: 7 })).toBe(
    '422 unprocessable_entity: Droplet does not exist.',
  )
  expect(await act({ type: 'assign' })).toBe('422 unprocessable_entity: Droplet id is required.')
  expect(await act({ type: 'unassign' })).toBe(
    '422 unprocessable_entity: The reserved IP is not currently assigned.',
  )
  expect(await act({ type: 'sell' })).toBe('422 unprocessable_entity: type must be assign or unassign')
  await call('POST', `/droplets/${near.id}/actions`, { type: 'reboot' })
  expect(await act({ type: 'assign', droplet_id: near.id })).toBe(
    '422 unprocessable_entity: Droplet already has a pending event.',
  )
  rebooted()
  expect(refusal(await call('POST', '/reserved_ips', { region: 'mars' }))).toBe(
    '422 unprocessable_entity: Region does not exist.',
  )
})

test('a droplet has one reserved IP, also when two are sent to it at once', async () => {
  const { api, call, droplet } = await startApi()
  const { id } = await droplet()
  const ips = await Promise.all([1, 2].map(() => call('POST', '/reserved_ips', { region: 'fra1' })))
  const assign = ({ body }: (typeof ips)[number]) =>
    call('POST', `/reserved_ips/${body.reserved_ip.ip}/actions`, { type: 'assign', droplet_id: id })
  const both = await Promise.all(ips.map(assign))
  expect(both.map(({ status }) => status)).toEqual([201, 422])
  expect(both.map(refusal)[1]).toBe('422 unprocessable_entity: Droplet already has a pending event.')
  await api.idle()
  // Also when it is the very address that it has.
  for (const ip of ips)
    expect(refusal(await assign(ip))).toBe('422 unprocessable_entity: Droplet already has a reserved IP.')
})

test('is asked for by a region or by a droplet [doit #53]', async () => {
  const { call, droplet } = await startApi()
  const { id } = await droplet()
  expect(refusal(await call('POST', '/reserved_ips', { region: 'fra1', droplet_id: id }))).toBe(
    '422 unprocessable_entity: Cannot specify Droplet and region, they are mutually exclusive.',
  )
})

test('speaks of itself by the name it was asked by', async () => {
  const { call } = await startApi()
  const { ip } = (await call('POST', '/floating_ips', { region: 'fra1' })).body.floating_ip
  const unassign = (path: string) => call('POST', `/${path}/${ip}/actions`, { type: 'unassign' })
  expect(refusal(await unassign('floating_ips'))).toContain('The floating IP is not currently assigned.')
  expect(refusal(await unassign('reserved_ips'))).toContain('The reserved IP is not currently assigned.')
})

test('goes into the project it is asked into', async () => {
  const { call } = await startApi()
  const { id } = (await call('POST', '/projects', { name: 'shop', purpose: 'Other' })).body.project
  const made = await call('POST', '/reserved_ips', { region: 'fra1', project_id: id })
  expect(made.body.reserved_ip.project_id).toBe(id)
})
