import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { Api } from './api.ts'

/** A server that gives these answers one after the other, the last one for ever, and a client of it. */
async function answering(...answers: { status: number; headers?: object; body?: object }[]) {
  const asked: { method: string; url: string; authorization: string | undefined }[] = []
  const server = Fastify()
  server.addContentTypeParser('*', { parseAs: 'string' }, async () => undefined)
  server.removeContentTypeParser('application/json')
  server.all('/*', async ({ method, url, headers }, reply) => {
    const {
      status,
      headers: sent = {},
      body = {},
    } = answers[Math.min(asked.length, answers.length - 1)] ?? { status: 200 }
    asked.push({ method, url, authorization: headers.authorization })
    return reply
      .code(status)
      .headers({ 'x-request-id': 'r1', ...sent })
      .send(body)
  })
  const apiEndpoint = await server.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  const api = new Api()
  api.configure({ apiEndpoint, token: 't', httpRetryWaitMin: '0.01' })
  return { api, asked, apiEndpoint }
}

test.each([429, 500, 502, 503])('repeats a request that is answered with %d, a POST too', async (status) => {
  const { api, asked } = await answering({ status }, { status }, { status: 201, body: { tag: {} } })
  expect(await api.call('POST', '/v2/tags', { name: 'a' })).toEqual({ tag: {} })
  const request = { method: 'POST', url: '/v2/tags', authorization: 'Bearer t' }
  expect(asked).toEqual([request, request, request])
})

test('gives up after five attempts', async () => {
  const { api, apiEndpoint, asked } = await answering({ status: 503 })
  await expect(api.call('GET', '/v2/tags')).rejects.toThrow(
    `GET ${apiEndpoint}/v2/tags: 503 (request "r1") ; giving up after 5 attempt(s)`,
  )
  expect(asked).toHaveLength(5)
})

test('waits as long as it is told', async () => {
  const { api } = await answering({ status: 429, headers: { 'retry-after': '1' } }, { status: 200 })
  const began = Date.now()
  await api.call('GET', '/v2/tags')
  expect(Date.now() - began).toBeGreaterThanOrEqual(990)
})

test.each([
  [401, 'Unable to authenticate you'],
  [422, 'Name is invalid'],
  [501, 'not here'],
])('says %d at once, with the request it can be found by', async (status, message) => {
  const { api, apiEndpoint, asked } = await answering({ status, body: { id: 'x', message } })
  await expect(api.call('PUT', '/v2/tags/a', {})).rejects.toThrow(
    `PUT ${apiEndpoint}/v2/tags/a: ${status} (request "r1") ${message}`,
  )
  expect(asked).toHaveLength(1)
})

test('what is gone can be looked for', async () => {
  const { api } = await answering({ status: 404, body: { message: 'gone' } })
  expect(await api.find('/v2/tags/a')).toBeUndefined()
  await expect(api.call('GET', '/v2/tags/a')).rejects.toMatchObject({ status: 404 })
})

test('lists page after page', async () => {
  const next = { pages: { next: 'http://127.0.0.1/v2/tags?page=2' } }
  const { api, asked } = await answering(
    { status: 200, body: { tags: ['a'], links: next } },
    { status: 200, body: { tags: ['b'], links: {} } },
  )
  expect(await api.list('/v2/tags', 'tags')).toEqual(['a', 'b'])
  expect(asked.map(({ url }) => url)).toEqual([
    '/v2/tags?page=1&per_page=200',
    '/v2/tags?page=2&per_page=200',
  ])
})

test('without repeats the first answer counts', async () => {
  const { api, asked, apiEndpoint } = await answering({ status: 503, body: { message: 'busy' } })
  api.configure({ apiEndpoint, token: 't', httpRetryMax: '0' })
  await expect(api.call('GET', '/v2/tags')).rejects.toThrow(/v2\/tags: 503 \(request "r1"\) busy$/)
  expect(asked).toHaveLength(1)
})

test('keeps requests apart when a rate is set', async () => {
  const { api, apiEndpoint } = await answering({ status: 200 })
  api.configure({ apiEndpoint, token: 't', requestsPerSecond: '20' })
  const began = Date.now()
  await Promise.all(Array.from({ length: 5 }, async () => api.call('GET', '/v2/tags')))
  expect(Date.now() - began).toBeGreaterThanOrEqual(195)
})

test('names the reason when nobody answers', async () => {
  const api = new Api()
  api.configure({ apiEndpoint: 'http://127.0.0.1:1', token: 't', httpRetryMax: 1, httpRetryWaitMin: 0.01 })
  await expect(api.call('GET', '/v2/tags')).rejects.toThrow(
    /^Get "http:\/\/127\.0\.0\.1:1\/v2\/tags": .*(ECONNREFUSED|bad port)/,
  )
})
