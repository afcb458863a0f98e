import { expect, test } from 'vitest'
import { refusal, startApi } from './testing.ts'

const resources = (id: unknown, type = 'droplet') => ({
  resources: [{ resource_id: String(id), resource_type: type }],
})

test('a tag is given to droplets, counted, and outlives them', async () => {
  const { call, droplet } = await startApi()
  const { id } = await droplet({ tags: ['blue'] })
  await call('POST', '/tags', { name: 'green' })
  expect((await call('POST', '/tags/green/resources', resources(id))).status).toBe(204)
  expect((await call('GET', `/droplets/${id}`)).body.droplet.tags).toEqual(['blue', 'green'])
  expect((await call('GET', '/tags/green')).body.tag).toMatchObject({
    name: 'green',
    resources: { count: 1, droplets: { count: 1 } },
  })
  expect((await call('DELETE', '/tags/green/resources', resources(id))).status).toBe(204)
  await call('DELETE', `/droplets/${id}`)
  expect((await call('GET', '/tags/blue')).body.tag.resources.count).toBe(0)
  expect((await call('DELETE', '/tags/blue')).status).toBe(204)
  expect((await call('GET', '/tags/blue')).status).toBe(404)
})

test('a tag keeps its first spelling, and is found by that alone', async () => {
  const { call } = await startApi()
  await call('POST', '/tags', { name: 'Env:Prod' })
  expect((await call('POST', '/tags', { name: 'env:prod' })).body.tag.name).toBe('Env:Prod')
  expect((await call('GET', '/tags/Env:Prod')).status).toBe(200)
  expect((await call('GET', '/tags/env:prod')).status).toBe(404)
})

test.each(['has space', 'a/b', '', 'n'.repeat(256)])(
  'refuses the name %j as its own service does',
  async (name) => {
    const { call } = await startApi()
    const error = `Error validating resource tag: "tag-name \\"${name}\\" contains invalid characters"`
    const { status, body } = await call('POST', '/tags', { name })
    expect([status, body]).toEqual([
      400,
      { error, messages: null, root_causes: [`rpc error: code = InvalidArgument desc = ${error}`] },
    ])
  },
)

test.each<[object, string]>([
  [{ resources: [] }, '400 bad_request: param is missing or the value is empty: resources'],
  [resources('example.com', 'domain'), '404 not_found: The resource you were accessing could not be found.'],
  [
    resources('5a4981aa', 'volume'),
    '501 not_implemented: The lab does not implement tags on resources of type volume.',
  ],
])('refuses to tag %j', async (body, message) => {
  const { call } = await startApi()
  await call('POST', '/tags', { name: 'blue' })
  expect(refusal(await call('POST', '/tags/blue/resources', body))).toBe(message)
})

test('a firewall and a droplet that is not there take no tag, and nobody says so', async () => {
  const { call } = await startApi()
  await call('POST', '/tags', { name: 'blue' })
  for (const type of ['droplet', 'firewall'])
    expect((await call('POST', '/tags/blue/resources', resources(404, type))).status).toBe(204)
  expect((await call('GET', '/tags/blue')).body.tag.resources.count).toBe(0)
})

test('two clients at once: both make the one tag, one of them deletes it', async () => {
  const { call } = await startApi()
  const made = await Promise.all([1, 2].map(() => call('POST', '/tags', { name: 'blue' })))
  expect(made.map(({ status }) => status)).toEqual([201, 201])
  expect((await call('GET', '/tags')).body.meta.total).toBe(1)
  const deleted = await Promise.all([1, 2].map(() => call('DELETE', '/tags/blue')))
  expect(deleted.map(({ status }) => status)).toEqual([204, 404])
})

test('two clients at once on one droplet’s tags: both of theirs are there', async () => {
  const { call, droplet } = await startApi()
  const { id } = await droplet()
  for (const name of ['blue', 'green']) await call('POST', '/tags', { name })
  await Promise.all(['blue', 'green'].map((name) => call('POST', `/tags/${name}/resources`, resources(id))))
  expect((await call('GET', `/droplets/${id}`)).body.droplet.tags.toSorted()).toEqual(['blue', 'green'])
})

test('an image of one’s own takes tags too, and loses them with the tag', async () => {
  const { api, call, droplet } = await startApi()
  const { id } = await droplet()
  await call('POST', `/droplets/${id}/actions`, { type: 'snapshot', name: 'before' })
  await api.idle()
  const [image] = (await call('GET', '/images?private=true')).body.images
  await call('POST', '/tags', { name: 'blue' })
  expect((await call('POST', '/tags/blue/resources', resources(image.id, 'image'))).status).toBe(204)
  expect((await call('GET', `/images/${image.id}`)).body.image.tags).toEqual(['blue'])
  expect((await call('GET', '/tags/blue')).body.tag.resources).toMatchObject({
    count: 1,
    images: { count: 1 },
  })
  await call('DELETE', '/tags/blue')
  expect((await call('GET', `/images/${image.id}`)).body.image.tags).toEqual([])
})
