import { expect, test } from 'vitest'
import { refusal, startApi } from '../testing.ts'

const order = { name: 'web', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }

test('is answered at once as new and locked, and is active with addresses once its machine runs', async () => {
  const { api, call } = await startApi()
  const created = await call('POST', '/droplets', { ...order, ipv6: true, tags: ['blue'] })
  expect(created.status).toBe(202)
  expect(created.body.droplet).toMatchObject({ status: 'new', locked: true, networks: { v4: [], v6: [] } })
  await api.idle()
  const { body } = await call('GET', `/droplets/${created.body.droplet.id}`)
  expect(body.droplet).toMatchObject({
    name: 'web',
    status: 'active',
    locked: false,
    memory: 512,
    tags: ['blue'],
  })
  expect(body.droplet.networks).toEqual({
    v4: [
      { ip_address: '198.51.100.3', netmask: '255.255.255.224', gateway: '198.51.100.1', type: 'public' },
      { ip_address: '10.116.0.3', netmask: '255.255.240.0', gateway: '', type: 'private' },
    ],
    v6: [{ ip_address: '2001:db8:5c::3', netmask: 64, gateway: '2001:db8:5c::1', type: 'public' }],
  })
  const action = await call('GET', `/actions/${created.body.links.actions[0].id}`)
  expect(action.body.action).toMatchObject({
    type: 'create',
    status: 'completed',
    resource_id: body.droplet.id,
  })
})

test('its machine is made of what was ordered', async () => {
  const specs: unknown[] = []
  const { call, droplet } = await startApi({
    machines: {
      async create(spec) {
        specs.push(spec)
      },
    },
  })
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 me'
  const key = await call('POST', '/account/keys', { name: 'me', public_key: publicKey })
  const made = await droplet({ ssh_keys: [key.body.ssh_key.fingerprint], user_data: '#cloud-config' })
  expect(specs).toEqual([
    {
      id: made.id,
      name: 'web',
      memoryMb: 512,
      image: 'debian-13-x64',
      ipv4: '198.51.100.3',
      ipv6: undefined,
      sshKeys: [publicKey],
      userData: '#cloud-config',
    },
  ])
})

test.each([
  [{ name: undefined }, 'Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)'],
  [{ name: 'my_web' }, 'Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)'],
  [{ region: 'frankfurt' }, 'You specified an invalid region for Droplet creation.'],
  [{ region: 'sfo1', size: 's-1vcpu-1gb' }, 'Region is not available'],
  [{ size: 'huge' }, 'You specified an invalid size for Droplet creation.'],
  [{ region: 'lon1' }, 'Size is not available in this region.'],
  [{ image: 'debian-99' }, 'You specified an invalid image for Droplet creation.'],
  [
    { image: 'debian-12-x64' },
    'The lab boots only debian-13-x64; got debian-12-x64, which DigitalOcean itself would boot.',
  ],
  [{ ssh_keys: [7] }, '7 are invalid key identifiers for Droplet creation.'],
  [{ user_data: 'x'.repeat(65_537) }, 'User data is too long (maximum is 64 KiB)'],
  [{ names: [] }, "Names can't be blank"],
  [
    { names: Array.from({ length: 11 }, (_, n) => `web-${n}`) },
    'You can create 10 Droplets at once at most.',
  ],
  [{ names: ['a', 'b', 'c', 'd', 'e'] }, 'creating this/these droplet(s) will exceed your droplet limit'],
])('refuses an order with %o', async (wrong, message) => {
  const { call, store } = await startApi()
  expect(refusal(await call('POST', '/droplets', { ...order, ...wrong }))).toBe(
    `422 unprocessable_entity: ${message}`,
  )
  expect(store.state).toMatchObject({ droplets: [], tags: [], actions: [] })
})

test('refuses an order when no address is left, and takes it after a deletion', async () => {
  const { call, droplet } = await startApi()
  const first = await droplet()
  await droplet()
  await droplet()
  await call('POST', '/reserved_ips', { region: 'fra1' })
  expect(refusal(await call('POST', '/droplets', order))).toBe(
    '422 unprocessable_entity: The lab has no address left for a droplet: all 4 are taken. Delete a droplet or a reserved IP.',
  )
  expect((await call('DELETE', `/droplets/${first.id}`)).status).toBe(204)
  expect((await droplet()).networks.v4[0].ip_address).toBe('198.51.100.3')
})

test('stays new when its machine cannot be made; the log says why, and it can be deleted', async () => {
  const destroyed: number[] = []
  const { call, droplet, logged } = await startApi({
    machines: {
      create: () => Promise.reject(new Error('no space left on device')),
      async destroy(id) {
        destroyed.push(id)
      },
    },
  })
  const stuck = await droplet()
  expect(stuck).toMatchObject({ status: 'new', locked: true })
  const { body } = await call('GET', `/droplets/${stuck.id}/actions`)
  expect(body.actions).toMatchObject([{ type: 'create', status: 'errored' }])
  expect(logged).toContainEqual(
    expect.objectContaining({
      error: `could not carry out create on droplet ${stuck.id}`,
      why: 'no space left on device',
    }),
  )
  await call('DELETE', `/droplets/${stuck.id}`)
  expect((await call('GET', `/droplets/${stuck.id}`)).status).toBe(404)
  expect(destroyed).toEqual([stuck.id])
})

test('power actions reach the machine and show in the status', async () => {
  const told: string[] = []
  const tell = (what: string) => async () => {
    told.push(what)
  }
  const { api, call, droplet } = await startApi({
    machines: {
      create: tell('create'),
      powerOn: tell('on'),
      powerOff: tell('off'),
      shutdown: tell('shutdown'),
      reboot: tell('reboot'),
    },
  })
  const { id } = await droplet()
  const act = async (type: string) => {
    const { status, body } = await call('POST', `/droplets/${id}/actions`, { type })
    expect(status).toBe(201)
    await api.idle()
    const ended = await call('GET', `/droplets/${id}/actions/${body.action.id}`)
    expect(ended.body.action.status).toBe('completed')
    return (await call('GET', `/droplets/${id}`)).body.droplet.status
  }
  expect(await act('power_off')).toBe('off')
  expect(refusal(await call('POST', `/droplets/${id}/actions`, { type: 'power_off' }))).toBe(
    '422 unprocessable_entity: Droplet is already powered off.',
  )
  expect(await act('power_on')).toBe('active')
  expect(refusal(await call('POST', `/droplets/${id}/actions`, { type: 'power_on' }))).toBe(
    '422 unprocessable_entity: Droplet is already powered on.',
  )
  expect(await act('shutdown')).toBe('off')
  expect(refusal(await call('POST', `/droplets/${id}/actions`, { type: 'shutdown' }))).toBe(
    '422 unprocessable_entity: Droplet is already powered off.',
  )
  expect(await act('reboot')).toBe('active')
  expect(await act('reboot')).toBe('active')
  expect(await act('power_cycle')).toBe('active')
  expect(told).toEqual(['create', 'off', 'create', 'shutdown', 'on', 'reboot', 'off', 'on'])
})

test('refuses a second action while one is under way', async () => {
  const { promise: longBoot, resolve: booted } = Promise.withResolvers<void>()
  const { api, call } = await startApi({ machines: { create: () => longBoot } })
  const { body } = await call('POST', '/droplets', order)
  const path = `/droplets/${body.droplet.id}/actions`
  expect(refusal(await call('POST', path, { type: 'reboot' }))).toBe(
    '422 unprocessable_entity: Droplet already has a pending event.',
  )
  booted()
  await api.idle()
  expect((await call('POST', path, { type: 'reboot' })).status).toBe(201)
})

test('is renamed, resized while off, given IPv6 and backups', async () => {
  const memory: number[] = []
  const { api, call, droplet } = await startApi({
    machines: {
      async create({ memoryMb }) {
        memory.push(memoryMb)
      },
    },
  })
  const { id } = await droplet()
  const act = async (action: object) => {
    const answer = await call('POST', `/droplets/${id}/actions`, action)
    await api.idle()
    return answer
  }
  const bigger = { type: 'resize', size: 's-1vcpu-1gb', disk: true }
  expect(refusal(await act(bigger))).toBe('422 unprocessable_entity: Droplet must be powered off to resize.')
  await act({ type: 'power_off' })
  await act(bigger)
  expect(refusal(await act({ type: 'resize', size: 's-1vcpu-512mb-10gb' }))).toBe(
    '422 unprocessable_entity: This size is not available because it has a smaller disk.',
  )
  await act({ type: 'rename', name: 'www' })
  await act({ type: 'enable_ipv6' })
  await act({ type: 'enable_backups', backup_policy: { plan: 'daily', hour: 4 } })
  const { body } = await call('GET', `/droplets/${id}`)
  expect(body.droplet).toMatchObject({
    name: 'www',
    size_slug: 's-1vcpu-1gb',
    memory: 1024,
    disk: 25,
    status: 'off',
  })
  expect(body.droplet.features).toEqual(['droplet_agent', 'private_networking', 'ipv6', 'backups'])
  expect(body.droplet.networks.v6[0].ip_address).toBe('2001:db8:5c::3')
  expect(body.droplet.next_backup_window.start).toMatch(/T04:00:00/)
  await act({ type: 'power_on' })
  expect(memory).toEqual([512, 1024])
  await act({ type: 'disable_backups' })
  expect((await call('GET', `/droplets/${id}`)).body.droplet.next_backup_window).toBeNull()
})

test('what the lab leaves out of the real API is a 501, which no client repeats', async () => {
  const { call } = await startApi()
  expect(refusal(await call('POST', '/droplets', { ...order, volumes: ['7e0f9e5c'] }))).toBe(
    '501 not_implemented: The lab does not implement volumes at droplet creation.',
  )
  expect(refusal(await call('POST', '/droplets', { ...order, public_networking: false }))).toBe(
    '501 not_implemented: The lab does not implement droplets without a public address.',
  )
  expect(refusal(await call('DELETE', '/droplets/1/destroy_with_associated_resources/dangerous'))).toBe(
    '501 not_implemented: The lab does not implement DELETE /v2/droplets/1/destroy_with_associated_resources/dangerous.',
  )
})

test('a list can be narrowed by name and by tag, and a tag deletes all that bear it', async () => {
  const { call, droplet } = await startApi()
  await droplet({ name: 'a', tags: ['blue'] })
  await droplet({ name: 'b', tags: ['blue'] })
  await droplet({ name: 'c' })
  const names = async (query: string) =>
    (await call('GET', `/droplets${query}`)).body.droplets.map(({ name }: { name: string }) => name)
  expect(await names('?tag_name=blue')).toEqual(['a', 'b'])
  expect(await names('?name=c')).toEqual(['c'])
  expect((await call('DELETE', '/droplets?tag_name=blue')).status).toBe(204)
  expect(await names('')).toEqual(['c'])
})

test('several are ordered at once, each with an action of its own', async () => {
  const { api, call } = await startApi()
  const { name: _name, ...wanted } = order
  const { status, body } = await call('POST', '/droplets', {
    ...wanted,
    names: ['a', 'b'],
    ssh_keys: null,
    tags: null,
    volumes: [],
  })
  expect(status).toBe(202)
  expect(body.droplets).toMatchObject([
    { name: 'a', status: 'new' },
    { name: 'b', status: 'new' },
  ])
  expect(body.links.actions.map(({ rel }: { rel: string }) => rel)).toEqual([
    'multiple_create',
    'multiple_create',
  ])
  await api.idle()
  const { actions } = (await call('GET', '/actions')).body
  expect(new Set(actions.map((action: any) => action.resource_id))).toEqual(
    new Set(body.droplets.map((droplet: any) => droplet.id)),
  )
  expect(actions).toMatchObject([{ status: 'completed' }, { status: 'completed' }])
})

test('of a list with one wrong name none is made', async () => {
  const { call, store } = await startApi()
  expect((await call('POST', '/droplets', { ...order, names: ['a', 'b c'] })).status).toBe(422)
  expect(store.state.droplets).toEqual([])
})

test('one that is switched off from inside is seen to be off, and can be switched on', async () => {
  const off = new Set<number>()
  const { api, call, droplet } = await startApi({
    machines: {
      running: async (id) => !off.has(id),
      async create({ id }) {
        off.delete(id)
      },
    },
  })
  const { id } = await droplet()
  off.add(id)
  await expect
    .poll(async () => (await call('GET', `/droplets/${id}`)).body.droplet.status, { timeout: 5000 })
    .toBe('off')
  expect((await call('POST', `/droplets/${id}/actions`, { type: 'power_on' })).status).toBe(201)
  await api.idle()
  expect((await call('GET', '/droplets')).body.droplets).toMatchObject([{ status: 'active' }])
})

test('cannot be deleted while something is under way, and has its address until its machine is gone', async () => {
  const { promise: longBoot, resolve: booted } = Promise.withResolvers<void>()
  const { api, call, store } = await startApi({ machines: { create: () => longBoot } })
  const { id } = (await call('POST', '/droplets', { ...order, tags: ['blue'] })).body.droplet
  for (const path of [`/droplets/${id}`, '/droplets?tag_name=blue'])
    expect(refusal(await call('DELETE', path))).toBe(
      '422 unprocessable_entity: Droplet already has a pending event.',
    )
  booted()
  await api.idle()
  expect((await call('DELETE', `/droplets/${id}`)).status).toBe(204)
  expect((await call('DELETE', `/droplets/${id}`)).status).toBe(404)
  expect(store.state).toMatchObject({ droplets: [], leaving: [] })
})

test('says what belongs to it', async () => {
  const { api, call, droplet } = await startApi()
  const { id } = await droplet()
  const other = await droplet({ name: 'other' })
  await droplet({ name: 'elsewhere', region: 'ams3' })
  await call('POST', '/reserved_ips', { droplet_id: id })
  await call('POST', `/droplets/${id}/actions`, { type: 'snapshot', name: 'before' })
  await api.idle()
  const get = async (path: string) => (await call('GET', path)).body
  expect(await get(`/droplets/${id}/kernels`)).toEqual({ kernels: [], links: {}, meta: { total: 0 } })
  expect((await get(`/droplets/${id}/backups`)).backups).toEqual([])
  expect((await get(`/droplets/${id}/snapshots`)).snapshots).toMatchObject([
    { name: 'before', type: 'snapshot' },
  ])
  expect((await get(`/droplets/${id}/neighbors`)).droplets).toMatchObject([{ id: other.id }])
  expect((await get('/reports/droplet_neighbors_ids')).neighbor_ids).toEqual([[id, other.id]])
  expect(await get(`/droplets/${id}/destroy_with_associated_resources`)).toMatchObject({
    reserved_ips: [{ id: '198.51.100.6' }],
    snapshots: [{ name: 'before', cost: '0.00' }],
    volumes: [],
  })
  expect((await call('GET', '/droplets/1/snapshots')).status).toBe(404)
})
