import { expect, test } from 'vitest'
import { refusal, startApi } from '../testing.ts'

const shop = { name: 'shop', purpose: 'Web Application', description: 'A shop', environment: 'Production' }

async function startWithProject(fields: object = {}) {
  const started = await startApi()
  const made = await started.call('POST', '/projects', { ...shop, ...fields })
  const put = async (id: string, ...resources: string[]) =>
    started.call('POST', `/projects/${id}/resources`, { resources })
  const urnsIn = async (id: string): Promise<string[]> =>
    (await started.call('GET', `/projects/${id}/resources?per_page=200`)).body.resources.map(
      ({ urn }: { urn: string }) => urn,
    )
  return { ...started, made, id: made.body.project.id as string, put, urnsIn }
}

test('is made, read, changed in part and whole, and deleted', async () => {
  const { call, made, id } = await startWithProject()
  expect(made.status).toBe(201)
  expect(made.body.project).toMatchObject({ ...shop, is_default: false, owner_id: 1 })
  const patched = await call('PATCH', `/projects/${id}`, { description: '' })
  expect(patched.body.project).toMatchObject({ ...shop, description: '' })
  const wholly = { ...shop, name: 'store', environment: 'staging', is_default: false }
  expect((await call('PUT', `/projects/${id}`, wholly)).body.project).toMatchObject({
    name: 'store',
    environment: 'Staging',
  })
  expect((await call('GET', '/projects')).body.meta.total).toBe(2)
  expect((await call('DELETE', `/projects/${id}`)).status).toBe(204)
  expect((await call('GET', `/projects/${id}`)).status).toBe(404)
})

test.each([
  ['my own', 'Other: my own'],
  ['Other: probe', 'Other: Probe'],
  ['IoT', 'IoT'],
  ['Other', 'Other'],
])('keeps the purpose %j as %j', async (asked, kept) => {
  const { call, made, id } = await startWithProject({ purpose: asked })
  expect(made.body.project.purpose).toBe(kept)
  // Sent back as it was answered, it stays.
  const again = await call('PATCH', `/projects/${id}`, { purpose: kept })
  expect(again.body.project.purpose).toBe(kept)
})

test('has no environment unless one is named', async () => {
  const { made } = await startWithProject({ environment: '' })
  expect(made.body.project.environment).toBeUndefined()
})

test.each([
  [{ name: '' }, '400 bad_request: name is required'],
  [{ purpose: '' }, '400 bad_request: purpose is required'],
  [{ name: 'lab' }, '409 conflict: project with same name already exists'],
  [{ name: 'n'.repeat(176) }, '400 bad_request: name is too long (maximum is 175 characters)'],
  [{ description: 'd'.repeat(256) }, '400 bad_request: description is too long (maximum is 255 characters)'],
  [{ environment: 'Moon' }, '400 bad_request: environment must be one of Development, Staging, Production'],
])('refuses %j', async (wrong, message) => {
  const { call } = await startApi()
  expect(refusal(await call('POST', '/projects', { ...shop, ...wrong }))).toBe(message)
  expect((await call('GET', '/projects')).body.meta.total).toBe(1)
})

test('a PUT names everything', async () => {
  const { call, id } = await startWithProject()
  expect(refusal(await call('PUT', `/projects/${id}`, shop))).toBe('400 bad_request: is_default is required')
})

test('new things are in the default project; what is put elsewhere says so everywhere', async () => {
  const { call, droplet, id, put, urnsIn } = await startWithProject()
  const { id: dropletId } = await droplet()
  await call('POST', '/domains', { name: 'example.com' })
  const { ip, project_id } = (await call('POST', '/reserved_ips', { region: 'fra1' })).body.reserved_ip
  const urns = [`do:droplet:${dropletId}`, 'do:domain:example.com', `do:floatingip:${ip}`]
  expect(await urnsIn('default')).toEqual(urns)
  const home = (await call('GET', '/projects/default')).body.project.id
  expect(project_id).toBe(home)
  // Its new name is taken, its old one is answered.
  const answer = await put(id, 'do:domain:EXAMPLE.com', `do:reservedip:${ip}`, `do:floatingip:${ip}`)
  expect(answer.status).toBe(200)
  expect(
    answer.body.resources.map(({ urn, status }: { urn: string; status: string }) => [urn, status]),
  ).toEqual([
    ['do:domain:example.com', 'assigned'],
    [`do:floatingip:${ip}`, 'assigned'],
    [`do:floatingip:${ip}`, 'already_assigned'],
  ])
  expect(await urnsIn(id)).toEqual(urns.slice(1))
  expect(await urnsIn('default')).toEqual(urns.slice(0, 1))
  expect((await call('GET', `/reserved_ips/${ip}`)).body.reserved_ip.project_id).toBe(id)
})

test('a reserved IP goes where its droplet goes, and by itself nowhere [terraform-provider-digitalocean #1031, #1264]', async () => {
  const { api, call, droplet, id, put, urnsIn } = await startWithProject()
  const { id: dropletId } = await droplet()
  const { ip } = (await call('POST', '/reserved_ips', { droplet_id: dropletId })).body.reserved_ip
  await api.idle()
  expect(refusal(await put(id, `do:floatingip:${ip}`))).toBe(
    '412 precondition_failed: Cannot move a Reserved IP with an associated Droplet. Move the Droplet instead',
  )
  await put(id, `do:droplet:${dropletId}`)
  expect(await urnsIn(id)).toEqual([`do:droplet:${dropletId}`, `do:floatingip:${ip}`])
  // An address that is led to a droplet comes into its project.
  const second = (await droplet()).id
  await call('POST', `/reserved_ips/${ip}/actions`, { type: 'assign', droplet_id: second })
  await api.idle()
  expect(await urnsIn(id)).toEqual([`do:droplet:${dropletId}`])
})

test('a deleted droplet’s URN is answered as not found', async () => {
  const { call, droplet, put } = await startWithProject()
  const { id: dropletId } = await droplet()
  await call('DELETE', `/droplets/${dropletId}`)
  const { status, body } = await put('default', `do:droplet:${dropletId}`)
  expect([status, body.resources]).toEqual([
    200,
    [{ urn: `do:droplet:${dropletId}`, links: {}, status: 'not_found' }],
  ])
})

test.each([
  [
    'urn:pulumi:dev::shop::digitalocean:index/droplet:Droplet::web',
    'resource objects must have an urn in the following format: do:resource_type:resource_id',
  ],
  ['do:vpc:5a4981aa-9653-4bd1-bef5-d6bff52042e4', 'resource type vpc is not supported'],
])('refuses to put %j anywhere', async (urn, message) => {
  const { id, put } = await startWithProject()
  expect(refusal(await put(id, urn))).toBe(`400 bad_request: ${message}`)
})

test('of several resources all are put or none', async () => {
  const { call, id, put, urnsIn } = await startWithProject()
  await call('POST', '/domains', { name: 'example.com' })
  expect((await put(id, 'do:domain:example.com', 'nonsense')).status).toBe(400)
  expect(await urnsIn(id)).toEqual([])
})

test('is deleted only when it is empty and not the default', async () => {
  const { call, id, put } = await startWithProject()
  await call('POST', '/domains', { name: 'example.com' })
  await put(id, 'do:domain:example.com')
  expect(refusal(await call('DELETE', `/projects/${id}`))).toBe(
    '412 precondition_failed: cannot delete a project with resources',
  )
  await call('DELETE', '/domains/example.com')
  // The next of its name begins in the default project.
  await call('POST', '/domains', { name: 'example.com' })
  expect((await call('DELETE', `/projects/${id}`)).status).toBe(204)
  expect(refusal(await call('DELETE', '/projects/default'))).toBe(
    '412 precondition_failed: cannot delete the default project',
  )
})

test('another project becomes the default: what was in the old one stays, what comes goes to the new one', async () => {
  const { call, id, urnsIn } = await startWithProject()
  const former = (await call('GET', '/projects/default')).body.project
  await call('POST', '/domains', { name: 'old.example.com' })
  expect((await call('PATCH', `/projects/${id}`, { is_default: true })).body.project.is_default).toBe(true)
  await call('POST', '/domains', { name: 'new.example.com' })
  expect((await call('GET', '/projects/default')).body.project.id).toBe(id)
  expect((await call('GET', `/projects/${former.id}`)).body.project.is_default).toBe(false)
  expect(await urnsIn(former.id)).toEqual(['do:domain:old.example.com'])
  expect(await urnsIn('default')).toEqual(['do:domain:new.example.com'])
  // It can't stop being the default by itself.
  expect((await call('PATCH', `/projects/${id}`, { is_default: false })).body.project.is_default).toBe(true)
})
