import { expect, test } from 'vitest'
import { refusal, startApi } from '../testing.ts'

/** An API with a snapshot in its account. */
async function withSnapshot() {
  const lab = await startApi()
  const { id } = await lab.droplet()
  await lab.call('POST', `/droplets/${id}/actions`, { type: 'snapshot', name: 'before' })
  await lab.api.idle()
  const [image] = (await lab.call('GET', '/images?private=true')).body.images
  return { ...lab, droplet: id as number, image: image.id as number }
}

test("lists DigitalOcean's images and the account's own, page by page", async () => {
  const { call, image } = await withSnapshot()
  const slugs = async (query: string) =>
    (await call('GET', `/images${query}`)).body.images.map((each: any) => each.slug ?? each.id)
  const all = await slugs('')
  expect(all).toContain('debian-13-x64')
  expect(all).toContain(image)
  expect(await slugs('?type=distribution')).toEqual(all.filter((each: unknown) => each !== image))
  expect(await slugs('?type=application')).toEqual([])
  expect(await slugs('?private=true')).toEqual([image])
  expect(await slugs('?tag_name=blue')).toEqual([])
  const first = (await call('GET', '/images?per_page=2')).body
  expect(first.images).toHaveLength(2)
  expect(first.links.pages.next).toContain('page=2')
})

test('an image is found by id or slug, a private one by its id only', async () => {
  const { call, image } = await withSnapshot()
  expect((await call('GET', '/images/debian-13-x64')).body.image).toMatchObject({ id: 194_690_001 })
  expect((await call('GET', '/images/194690001')).body.image).toMatchObject({ slug: 'debian-13-x64' })
  expect((await call('GET', `/images/${image}`)).body.image).toMatchObject({ name: 'before' })
  expect(refusal(await call('GET', '/images/before'))).toBe(
    '404 not_found: The resource you were accessing could not be found.',
  )
})

test('a private image gets another name and description, and is deleted', async () => {
  const { call, image, droplet } = await withSnapshot()
  const wanted = { name: 'golden', description: 'with Caddy', distribution: 'ubuntu' }
  expect((await call('PUT', `/images/${image}`, wanted)).body.image).toMatchObject({
    ...wanted,
    distribution: 'Ubuntu',
  })
  expect((await call('PUT', `/images/${image}`, { name: 'silver' })).body.image).toMatchObject({
    name: 'silver',
    description: 'with Caddy',
  })
  expect((await call('DELETE', `/images/${image}`)).status).toBe(204)
  expect((await call('DELETE', `/images/${image}`)).status).toBe(404)
  expect((await call('GET', `/images/${image}`)).status).toBe(404)
  expect((await call('GET', `/droplets/${droplet}`)).body.droplet.snapshot_ids).toEqual([])
})

test("DigitalOcean's images belong to DigitalOcean", async () => {
  const { call } = await startApi()
  const refused = '403 forbidden: You do not have access for the attempted action.'
  expect(refusal(await call('DELETE', '/images/194690001'))).toBe(refused)
  expect(refusal(await call('PUT', '/images/194690001', { name: 'mine' }))).toBe(refused)
  expect(refusal(await call('POST', '/images/194690001/actions', { type: 'convert' }))).toBe(refused)
})

test('an import is accepted and ends as one that cannot be finished, saying why', async () => {
  const { api, call } = await startApi()
  const wanted = { name: 'mine', url: 'https://example.com/disk.qcow2', region: 'fra1', tags: ['blue'] }
  const { status, body } = await call('POST', '/images', wanted)
  expect(status).toBe(202)
  expect(body.image).toMatchObject({
    name: 'mine',
    type: 'custom',
    status: 'NEW',
    distribution: 'Unknown',
    regions: ['fra1'],
    tags: ['blue'],
  })
  await api.idle()
  expect((await call('GET', `/images/${body.image.id}`)).body.image).toMatchObject({
    status: 'deleted',
    error_message:
      "The lab can't boot disk images from elsewhere, so it did not fetch this one. DigitalOcean would have tried.",
  })
  expect((await call('GET', '/images?private=true')).body.images).toEqual([])
  const order = { name: 'web', size: 's-1vcpu-1gb', image: body.image.id }
  expect(refusal(await call('POST', '/droplets', order))).toBe(
    '422 unprocessable_entity: You specified an invalid image for Droplet creation.',
  )
  expect((await call('DELETE', `/images/${body.image.id}`)).status).toBe(204)
})

test.each([
  [{ name: '' }, "Name can't be blank"],
  [{ url: 'disk.qcow2' }, 'Url is invalid'],
  [{ region: 'sfo1' }, 'Region is not available'],
])('refuses an import with %o', async (wrong, message) => {
  const { call, store } = await startApi()
  const wanted = { name: 'mine', url: 'https://example.com/disk.qcow2', region: 'fra1' }
  expect(refusal(await call('POST', '/images', { ...wanted, ...wrong }))).toBe(
    `422 unprocessable_entity: ${message}`,
  )
  expect(store.state.images).toEqual([])
})

test('a snapshot is transferred to another region, once', async () => {
  const { api, call, image } = await withSnapshot()
  const tell = (action: object) => call('POST', `/images/${image}/actions`, action)
  const { status, body } = await tell({ type: 'transfer', region: 'nyc3' })
  expect(status).toBe(201)
  expect(body.action).toMatchObject({ type: 'transfer', resource_type: 'image', region_slug: 'nyc3' })
  await api.idle()
  expect((await call('GET', `/images/${image}`)).body.image.regions).toEqual(['fra1', 'nyc3'])
  expect((await call('GET', `/images/${image}/actions/${body.action.id}`)).body.action).toMatchObject({
    status: 'completed',
  })
  expect((await call('GET', `/images/${image}/actions`)).body.meta.total).toBe(1)
  expect(refusal(await tell({ type: 'transfer', region: 'nyc3' }))).toBe(
    '422 unprocessable_entity: The image is already available in this region.',
  )
  expect(refusal(await tell({ type: 'transfer', region: 'ams2' }))).toBe(
    '422 unprocessable_entity: Region is not available',
  )
  expect(refusal(await tell({ type: 'convert' }))).toBe(
    '422 unprocessable_entity: Only a backup can be converted to a snapshot.',
  )
  expect(refusal(await tell({}))).toBe('422 unprocessable_entity: type must be transfer or convert')
})

test('snapshots are listed by what they are of, and deleted', async () => {
  const { call, image, droplet, store } = await withSnapshot()
  const ids = async (query: string) =>
    (await call('GET', `/snapshots${query}`)).body.snapshots.map((each: any) => each.id)
  expect(await ids('')).toEqual([String(image)])
  expect(await ids('?resource_type=droplet')).toEqual([String(image)])
  expect(await ids('?resource_type=volume')).toEqual([])
  expect((await call('GET', `/snapshots/${image}`)).body.snapshot).toMatchObject({
    id: String(image),
    resource_id: String(droplet),
    resource_type: 'droplet',
    regions: ['fra1'],
  })
  expect((await call('DELETE', `/snapshots/${image}`)).status).toBe(204)
  expect((await call('DELETE', `/snapshots/${image}`)).status).toBe(404)
  expect(store.state.images).toEqual([])
})
