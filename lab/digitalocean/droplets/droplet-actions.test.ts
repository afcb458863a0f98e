import { describe, expect, test } from 'vitest'
import type { Machines, MachineSpec } from '../../machines.ts'
import { publicKey, refusal, startApi } from '../testing.ts'

/** An API with a droplet, whose machines' work is written down. */
async function withDroplet(machines: Partial<Machines> = {}, fields: object = {}) {
  const lab = await startApi({ machines })
  const { id } = await lab.droplet(fields)
  const act = async (action: object, on = id) => {
    const answer = await lab.call('POST', `/droplets/${on}/actions`, action)
    await lab.api.idle()
    return answer
  }
  const ended = async (action: object) => {
    const { body } = await act(action)
    return (await lab.call('GET', `/actions/${body.action.id}`)).body.action
  }
  const look = async () => (await lab.call('GET', `/droplets/${id}`)).body.droplet
  return { ...lab, id, act, ended, look }
}

const order = { name: 'web', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }
const capture = async () => ({ bytes: 1_234_567_890 })

describe('a snapshot', () => {
  test('is an image of the account once the disk is copied', async () => {
    const { id, call, ended, look } = await withDroplet({ capture })
    expect(await ended({ type: 'snapshot', name: 'before' })).toMatchObject({
      type: 'snapshot',
      status: 'completed',
      resource_id: id,
      resource_type: 'droplet',
    })
    const { images } = (await call('GET', '/images?private=true')).body
    expect(images).toMatchObject([
      {
        name: 'before',
        type: 'snapshot',
        distribution: 'Debian',
        slug: null,
        public: false,
        regions: ['fra1'],
        min_disk_size: 10,
        size_gigabytes: 1.23,
        status: 'available',
      },
    ])
    expect(await look()).toMatchObject({ snapshot_ids: [images[0].id], status: 'active', locked: false })
  })

  test('is no image while it is being made: the droplet is locked, and can be told and deleted nothing', async () => {
    const { promise, resolve } = Promise.withResolvers<{ bytes: number }>()
    const { api, id, call, look } = await withDroplet({ capture: () => promise })
    const { body } = await call('POST', `/droplets/${id}/actions`, { type: 'snapshot', name: 'slow' })
    expect(body.action).toMatchObject({ status: 'in-progress', completed_at: null })
    expect((await look()).locked).toBe(true)
    const pending = '422 unprocessable_entity: Droplet already has a pending event.'
    expect(refusal(await call('POST', `/droplets/${id}/actions`, { type: 'reboot' }))).toBe(pending)
    expect(refusal(await call('DELETE', `/droplets/${id}`))).toBe(pending)
    expect((await call('GET', '/images?private=true')).body.images).toEqual([])
    resolve({ bytes: 0 })
    await api.idle()
    expect((await call('GET', '/images?private=true')).body.images).toMatchObject([{ size_gigabytes: 0.01 }])
  })

  test('that fails leaves an errored action and nothing on the disk', async () => {
    const removed: number[] = []
    const { ended, look, call, store } = await withDroplet({
      capture: () => Promise.reject(new Error('no space left on device')),
      async removeCapture(id) {
        removed.push(id)
      },
    })
    expect(await ended({ type: 'snapshot', name: 'big' })).toMatchObject({ status: 'errored' })
    expect((await call('GET', '/images?private=true')).body.images).toEqual([])
    expect(await look()).toMatchObject({ status: 'active', locked: false })
    expect(removed).toHaveLength(1)
    expect(store.state.leavingImages).toEqual([])
  })

  test('makes droplets, also when the one it is of is gone, and they go on when it is gone', async () => {
    const made: MachineSpec[] = []
    const removed: number[] = []
    const { id, act, call, droplet, store } = await withDroplet({
      capture,
      async create(spec) {
        made.push(spec)
      },
      async removeCapture(image) {
        removed.push(image)
      },
    })
    await act({ type: 'snapshot', name: 'before' })
    const [{ id: image }] = (await call('GET', '/images?private=true')).body.images
    await call('DELETE', `/droplets/${id}`)
    const [byNumber, byText] = [await droplet({ image }), await droplet({ image: String(image) })]
    expect(made.slice(1)).toMatchObject([{ image }, { image }])
    expect((await call('DELETE', `/images/${image}`)).status).toBe(204)
    expect(removed).toEqual([image])
    const after = (await call('GET', `/droplets/${byNumber.id}`)).body.droplet
    expect(after.image).toMatchObject({ id: image, name: 'before' })
    expect(refusal(await call('POST', '/droplets', { ...order, image }))).toBe(
      '422 unprocessable_entity: You specified an invalid image for Droplet creation.',
    )
    await call('DELETE', `/droplets/${byNumber.id}`)
    expect(store.state.images).toHaveLength(1)
    await call('DELETE', `/droplets/${byText.id}`)
    expect(store.state).toMatchObject({ images: [], leavingImages: [] })
  })

  test('is kept until the droplet that is being made from it has its copy', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const told: string[] = []
    let boots = 0
    const { api, act, call } = await withDroplet({
      capture,
      async create() {
        boots += 1
        if (boots > 1) await promise
        told.push('created')
      },
      async removeCapture() {
        told.push('removed')
      },
    })
    await act({ type: 'snapshot', name: 'before' })
    const [{ id: image }] = (await call('GET', '/images?private=true')).body.images
    await call('POST', '/droplets', { ...order, image })
    expect((await call('DELETE', `/images/${image}`)).status).toBe(204)
    resolve()
    await api.idle()
    expect(told).toEqual(['created', 'created', 'removed'])
  })

  test('fits no smaller disk and no other region', async () => {
    const { act, call } = await withDroplet({ capture }, { size: 's-1vcpu-1gb' })
    await act({ type: 'snapshot', name: 'before' })
    const [{ id: image }] = (await call('GET', '/images?private=true')).body.images
    expect(refusal(await call('POST', '/droplets', { ...order, image }))).toBe(
      '422 unprocessable_entity: This size is not available because it has a smaller disk.',
    )
    expect(
      refusal(await call('POST', '/droplets', { ...order, size: 's-1vcpu-1gb', region: 'ams3', image })),
    ).toBe('422 unprocessable_entity: Image is not available in this region.')
  })
})

describe('a disk made anew', () => {
  test('rebuild and restore keep id, addresses and the keys of the creation', async () => {
    const rebuilt: MachineSpec[] = []
    const { id, act, call, look } = await withDroplet({
      async rebuild(spec) {
        rebuilt.push(spec)
      },
    })
    const before = await look()
    await call('POST', '/account/keys', { name: 'later', public_key: publicKey })
    await act({ type: 'snapshot', name: 'before' })
    await act({ type: 'power_off' })
    expect((await act({ type: 'rebuild', image: 'debian-13-x64' })).status).toBe(201)
    expect(await look()).toMatchObject({ id, networks: before.networks, status: 'active', locked: false })
    const [image] = (await look()).snapshot_ids
    await act({ type: 'restore', image })
    expect((await look()).image).toMatchObject({ id: image, name: 'before' })
    await act({ type: 'rebuild', image: 194_690_001 })
    expect((await look()).image).toMatchObject({ slug: 'debian-13-x64' })
    const same = { id, ipv4: '198.51.100.3', sshKeys: [] }
    expect(rebuilt).toMatchObject([
      { ...same, image: 'debian-13-x64' },
      { ...same, image },
      { ...same, image: 'debian-13-x64' },
    ])
  })

  test.each([
    [{ type: 'rebuild' }, 'You specified an invalid image for Droplet rebuild.'],
    [{ type: 'rebuild', image: 'plan-9' }, 'You specified an invalid image for Droplet rebuild.'],
    [
      { type: 'rebuild', image: 'ubuntu-24-04-x64' },
      'The lab boots only debian-13-x64; got ubuntu-24-04-x64, which DigitalOcean itself would boot.',
    ],
    [{ type: 'restore', image: 7 }, 'You specified an invalid backup image for Droplet restore.'],
    [{ type: 'change_kernel', kernel: 991 }, 'There is no kernel 991 for this Droplet.'],
    [{ type: 'change_backup_policy' }, 'Backups are not enabled for this Droplet.'],
    [{ type: 'enable_backups', backup_policy: { plan: 'hourly' } }, 'backup plan must be daily or weekly'],
    [{ type: 'resize', size: 'huge' }, 'You specified an invalid size for Droplet resize.'],
    [{ type: 'resize', size: 's-1vcpu-1gb' }, 'Droplet must be powered off to resize.'],
    [
      { type: 'rename', name: 'my_web' },
      'Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)',
    ],
    [{ type: 'create' }, 'unknown action "create"'],
    [{ type: 'explode' }, 'unknown action "explode"'],
    [{}, 'unknown action ""'],
  ])('refuses %o', async (action, message) => {
    const { act, look } = await withDroplet()
    expect(refusal(await act(action))).toBe(`422 unprocessable_entity: ${message}`)
    expect((await look()).locked).toBe(false)
  })

  test('a copy of another droplet is nothing to restore from', async () => {
    const { act, call, droplet } = await withDroplet()
    await act({ type: 'snapshot', name: 'first' })
    const [{ id: image }] = (await call('GET', '/images?private=true')).body.images
    const other = await droplet({ name: 'other' })
    expect((await act({ type: 'restore', image }, other.id)).status).toBe(422)
    expect((await act({ type: 'rebuild', image }, other.id)).status).toBe(201)
  })
})

test('what changes nothing on the machine completes', async () => {
  const { ended } = await withDroplet()
  expect(await ended({ type: 'password_reset' })).toMatchObject({ status: 'completed' })
  expect(await ended({ type: 'enable_private_networking' })).toMatchObject({ status: 'completed' })
})

test('IPv6 reaches the machine before the droplet shows it', async () => {
  const readdressed: unknown[] = []
  const { act, look } = await withDroplet({
    async readdress({ ipv4, ipv6 }) {
      readdressed.push({ ipv4, ipv6 })
    },
  })
  await act({ type: 'enable_ipv6' })
  expect(readdressed).toEqual([{ ipv4: '198.51.100.3', ipv6: '2001:db8:5c::3' }])
  expect((await look()).networks.v6).toMatchObject([{ ip_address: '2001:db8:5c::3' }])
})

test('of two clients that tell a droplet something at once exactly one is heard', async () => {
  const { api, id, call } = await withDroplet()
  const answers = await Promise.all(
    ['reboot', 'power_off', 'snapshot'].map((type) => call('POST', `/droplets/${id}/actions`, { type })),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 422)).toHaveLength(2)
  await api.idle()
  expect((await call('GET', `/droplets/${id}/actions`)).body.meta.total).toBe(2)
})

test('all droplets of a tag are told something, or none is', async () => {
  const { promise: longWay, resolve: off } = Promise.withResolvers<void>()
  const { api, call, droplet } = await withDroplet({ powerOff: () => longWay }, { tags: ['blue'] })
  await droplet({ name: 'b', tags: ['blue'] })
  await droplet({ name: 'c' })
  const tell = (tag: string, action: object) => call('POST', `/droplets/actions?tag_name=${tag}`, action)
  const { status, body } = await tell('blue', { type: 'power_off' })
  expect(status).toBe(201)
  expect(body.actions).toMatchObject([{ type: 'power_off' }, { type: 'power_off' }])
  expect(refusal(await tell('blue', { type: 'power_on' }))).toBe(
    '422 unprocessable_entity: there are currently blocking events processing for one or more of the droplets',
  )
  off()
  await api.idle()
  const { droplets } = (await call('GET', '/droplets')).body
  expect(droplets.map((each: any) => each.status)).toEqual(['off', 'off', 'active'])
  expect((await tell('green', { type: 'power_on' })).status).toBe(404)
  expect(refusal(await tell('blue', { type: 'rebuild' }))).toBe(
    '422 unprocessable_entity: "rebuild" is not an action for all droplets of a tag',
  )
  expect((await call('POST', '/droplets/actions', { type: 'power_on' })).status).toBe(422)
})
