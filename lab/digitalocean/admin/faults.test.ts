import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { refusal, startApi } from '../testing.ts'
import { addFault, labClient } from './testing.ts'

type Started = Awaited<ReturnType<typeof startApi>>

const fault = ({ api }: Started, wish: object) => addFault(api, wish)

const tagNames = async ({ call }: Started) =>
  (await call('GET', '/tags')).body.tags.map(({ name }: { name: string }) => name)

test('a status before the change: refused once with Retry-After, nothing made, then all is well', async () => {
  const cloud = await startApi()
  await fault(cloud, { method: 'POST', path: '/v2/tags', kind: 'status', status: 429, retryAfterSeconds: 2 })
  const refused = await cloud.call('POST', '/tags', { name: 'blue' })
  expect(refusal(refused)).toBe('429 too_many_requests: API Rate limit exceeded.')
  expect(refused.headers['retry-after']).toBe('2')
  expect(await tagNames(cloud)).toEqual([])
  expect((await cloud.call('POST', '/tags', { name: 'blue' })).status).toBe(201)
})

test('a status after the change: the answer is a 500, the droplet is there', async () => {
  const cloud = await startApi()
  await fault(cloud, { method: 'POST', path: '/v2/droplets', kind: 'status', when: 'after' })
  const order = { name: 'web', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }
  const answer = await cloud.call('POST', '/droplets', order)
  expect(refusal(answer)).toBe('500 internal_server_error: Server was unable to give you a response.')
  expect((await cloud.call('GET', '/droplets')).body.meta.total).toBe(1)
})

test('a page of HTML instead of JSON, as from a proxy [terraform-provider-digitalocean #117, #794]', async () => {
  const cloud = await startApi()
  for (const when of ['before', 'after']) {
    await fault(cloud, { path: '/v2/account', kind: 'status', status: 504, html: true, when })
    const answer = await cloud.api.inject({ url: '/v2/account', headers: { authorization: 'Bearer t' } })
    expect(answer.statusCode).toBe(504)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.body).toMatch(/^<!DOCTYPE html>/)
  }
  expect(cloud.logged).toMatchObject([
    { status: 504, fault: 1 },
    { status: 504, fault: 2 },
  ])
})

test('an answer without a body can be a status after the change too', async () => {
  const cloud = await startApi()
  await cloud.call('POST', '/tags', { name: 'blue' })
  await fault(cloud, { method: 'DELETE', kind: 'status', status: 503, when: 'after' })
  expect(refusal(await cloud.call('DELETE', '/tags/blue'))).toBe(
    '503 service_unavailable: Service is currently unavailable.',
  )
  expect(await tagNames(cloud)).toEqual([])
})

test.each([
  { kind: 'cut', when: 'before', made: [] },
  { kind: 'cut', when: 'after', made: ['blue'] },
  { kind: 'hang', when: 'before', made: [] },
  { kind: 'hang', when: 'after', made: ['blue'] },
])('over HTTP, $kind $when the change', async ({ kind, when, made }) => {
  const cloud = await startApi()
  await cloud.api.listen({ host: '127.0.0.1', port: 0 })
  const { port } = cloud.api.server.address() as AddressInfo
  const { id } = await fault(cloud, { path: '/v2/tags', method: 'POST', kind, when })
  const outcome = await new Promise((resolve) => {
    const headers = { authorization: 'Bearer t', 'content-type': 'application/json' }
    const request = httpRequest({ port, host: '127.0.0.1', path: '/v2/tags', method: 'POST', headers })
    request.on('response', ({ statusCode }) => resolve(statusCode))
    request.on('error', ({ message }) => resolve(message))
    const patience = setTimeout(() => resolve('no answer'), kind === 'hang' ? 300 : 20_000)
    request.on('close', () => clearTimeout(patience))
    request.end('{"name":"blue"}')
  })
  expect(outcome).toBe(kind === 'cut' ? 'socket hang up' : 'no answer')
  await expect.poll(() => cloud.logged.some(({ fault: by }) => by === id)).toBe(true)
  expect(await tagNames(cloud)).toEqual(made)
  expect(cloud.logged.find(({ fault: by }) => by === id)).toMatchObject({ path: '/v2/tags', answer: kind })
})

test('a call that was injected is cut by an error, and one that hangs ends with the API', async () => {
  const cloud = await startApi()
  await fault(cloud, { path: '/v2/tags', kind: 'cut' })
  await fault(cloud, { path: '/v2/account', kind: 'hang' })
  await expect(cloud.call('GET', '/tags')).rejects.toThrow('response destroyed before completion')
  const hanging = cloud.call('GET', '/account')
  await Promise.all([expect(hanging).rejects.toThrow('response destroyed'), cloud.api.close()])
})

test('skip, times and wildcards choose the calls; the list says what was hit', async () => {
  const cloud = await startApi()
  await fault(cloud, { path: '/v2/*/nothing', kind: 'status', status: 500 })
  await fault(cloud, { path: '/v2/**', method: 'GET', kind: 'status', skip: 1, times: 2 })
  const statuses = []
  for (let call = 0; call < 5; call += 1) statuses.push((await cloud.call('GET', '/account')).status)
  expect(statuses).toEqual([200, 500, 500, 200, 200])
  const { faults } = (await labClient(cloud.api)('GET', '/faults')).body
  expect(faults).toMatchObject([
    { id: 1, calls: 0, hits: 0 },
    { id: 2, calls: 3, hits: 2, skip: 1, times: 2, when: 'before' },
  ])
})

test('what the lab does not have fails on demand as well', async () => {
  const cloud = await startApi()
  await fault(cloud, { path: '/v2/kubernetes/**', kind: 'status', status: 503 })
  expect((await cloud.call('GET', '/kubernetes/clusters')).status).toBe(503)
  expect((await cloud.call('GET', '/kubernetes/clusters')).status).toBe(501)
})

test('a probability with a seed strikes the same calls in every run', async () => {
  const runs = []
  for (let run = 0; run < 2; run += 1) {
    const cloud = await startApi()
    await fault(cloud, { kind: 'status', times: null, probability: 0.3, seed: 7 })
    const answers: number[] = []
    for (let call = 0; call < 40; call += 1) answers.push((await cloud.call('GET', '/account')).status)
    runs.push(answers)
  }
  const [first = [], second] = runs
  expect(second).toEqual(first)
  const struck = first.filter((status) => status === 500).length
  expect(struck).toBeGreaterThan(4)
  expect(struck).toBeLessThan(20)
})

test('a completed action reads as done once [terraform-provider-digitalocean #712]', async () => {
  const cloud = await startApi()
  const { id } = await cloud.droplet()
  const { body } = await cloud.call('POST', '/reserved_ips', { region: 'fra1' })
  const { ip } = body.reserved_ip
  await fault(cloud, { kind: 'done', path: '/v2/reserved_ips/*/actions/*' })
  const assign = await cloud.call('POST', `/reserved_ips/${ip}/actions`, { type: 'assign', droplet_id: id })
  await cloud.api.idle()
  const path = `/reserved_ips/${ip}/actions/${assign.body.action.id}`
  expect((await cloud.call('GET', path)).body.action.status).toBe('done')
  expect((await cloud.call('GET', path)).body.action.status).toBe('completed')
})

test('an assignment meets a pending event [terraform-provider-digitalocean #1034, #1565]', async () => {
  const cloud = await startApi()
  const { id } = await cloud.droplet()
  const { body } = await cloud.call('POST', '/reserved_ips', { region: 'fra1' })
  const path = `/reserved_ips/${body.reserved_ip.ip}/actions`
  const message = 'Droplet already has a pending event.'
  await fault(cloud, {
    method: 'POST',
    path: '/v2/reserved_ips/*/actions',
    kind: 'status',
    status: 422,
    message,
  })
  const assign = () => cloud.call('POST', path, { type: 'assign', droplet_id: id })
  expect(refusal(await assign())).toBe(`422 unprocessable_entity: ${message}`)
  expect((await assign()).status).toBe(201)
})

test('faults end one by one or all at once', async () => {
  const cloud = await startApi()
  const lab = labClient(cloud.api)
  const first = await fault(cloud, { kind: 'status', times: null })
  await fault(cloud, { kind: 'status', path: '/v2/account', times: null })
  expect((await lab('DELETE', `/faults/${first.id}`)).status).toBe(204)
  expect((await cloud.call('GET', '/tags')).status).toBe(200)
  expect((await cloud.call('GET', '/account')).status).toBe(500)
  expect((await lab('DELETE', '/faults')).status).toBe(204)
  expect((await cloud.call('GET', '/account')).status).toBe(200)
  expect((await lab('DELETE', '/faults/1')).body.message).toBe('There is no fault 1.')
})

test.each([
  [{}, 'kind is missing.'],
  [{ kind: 'explode' }, 'kind must be "status" or "hang" or "cut" or "done"; got "explode".'],
  [{ kind: 'status', colour: 'red' }, 'There is no field colour here; there are method, path, kind'],
  [{ kind: 'status', status: 200 }, 'status must be at least 400; got 200.'],
  [{ kind: 'status', times: 0 }, 'times must be at least 1; got 0.'],
  [{ kind: 'hang', status: 500 }, 'status goes with kind status; not with hang.'],
])('a wish that makes no sense is refused with a sentence: %j', async (wish, sentence) => {
  const { api } = await startApi()
  const answer = await labClient(api)('POST', '/faults', wish)
  expect(answer.status).toBe(422)
  expect(answer.body.message).toContain(sentence)
})
