import { expect, test } from 'vitest'
import { descriptionMissing } from './wire/description.ts'
import { publicKey, refusal, startApi } from './testing.ts'

if (descriptionMissing) console.warn(descriptionMissing)

test.skipIf(descriptionMissing)('answers are held to the official description', async () => {
  const { call } = await startApi()
  const paths = [
    'account',
    'regions',
    'sizes',
    'images',
    'images/debian-13-x64',
    'vpcs',
    'projects',
    'projects/default',
  ]
  for (const path of paths) expect((await call('GET', `/${path}`)).status).toBe(200)
})

test('a request without a token is refused, before anything else is said', async () => {
  const { api } = await startApi()
  for (const url of ['/v2/droplets', '/v2/nonsense']) {
    const answer = await api.inject({ url })
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toEqual({
      id: 'Unauthorized',
      message: 'Unable to authenticate you',
      request_id: answer.headers['x-request-id'],
    })
  }
})

test('what the lab does not have is a 501 with a line in the log', async () => {
  const { call, logged } = await startApi()
  expect(refusal(await call('GET', '/kubernetes/clusters?page=1'))).toBe(
    '501 not_implemented: The lab does not implement Kubernetes clusters: GET /v2/kubernetes/clusters.',
  )
  expect(refusal(await call('DELETE', '/load_balancers/1'))).toBe(
    '501 not_implemented: The lab does not implement load balancers: DELETE /v2/load_balancers/1.',
  )
  expect(refusal(await call('POST', '/nonsense'))).toBe(
    '501 not_implemented: The lab does not implement POST /v2/nonsense.',
  )
  expect(logged).toMatchObject([
    {
      method: 'GET',
      path: '/v2/kubernetes/clusters',
      query: 'page=1',
      status: 501,
      lacks: 'Kubernetes clusters',
    },
    { method: 'DELETE', path: '/v2/load_balancers/1', status: 501, lacks: 'load balancers' },
    { method: 'POST', path: '/v2/nonsense', status: 501 },
  ])
})

test('a path that takes other methods says which', async () => {
  const { call } = await startApi()
  const answer = await call('DELETE', '/account/keys')
  expect(refusal(answer)).toBe('405 method_not_allowed: /v2/account/keys does not take DELETE.')
  expect(answer.headers['allow']).toBe('GET, HEAD, POST')
})

test('a body that does not say JSON is not read', async () => {
  const { api } = await startApi()
  const send = (type: string, payload: string) =>
    api.inject({
      method: 'POST',
      url: '/v2/tags',
      headers: { authorization: 'Bearer t', 'content-type': type },
      payload,
    })
  expect((await send('application/json; charset=utf-8', '{"name":"blue"}')).statusCode).toBe(201)
  const form = await send('application/x-www-form-urlencoded', 'name=blue')
  expect([form.statusCode, form.json().message]).toEqual([
    415,
    'The request body must be application/json; got application/x-www-form-urlencoded.',
  ])
})

test('bodies that are not JSON objects are refused', async () => {
  const { api, call } = await startApi()
  const headers = { authorization: 'Bearer t', 'content-type': 'application/json' }
  const broken = await api.inject({ method: 'POST', url: '/v2/tags', headers, payload: '{"name":' })
  expect(broken.statusCode).toBe(400)
  expect(broken.json()).toMatchObject({
    error: 'Unable to parse the request body as JSON.',
    messages: null,
  })
  expect(refusal(await call('POST', '/tags', ['blue']))).toBe(
    '422 unprocessable_entity: The request body must be a JSON object.',
  )
  expect(refusal(await call('POST', '/tags', { name: 7 }))).toBe(
    '422 unprocessable_entity: name must be a string.',
  )
})

test('answers carry the rate limit, which counts down', async () => {
  const { call } = await startApi()
  const remaining = async () => Number((await call('GET', '/account')).headers['ratelimit-remaining'])
  const first = await remaining()
  expect(await remaining()).toBe(first - 1)
  const { headers } = await call('GET', '/account')
  expect(Number(headers['ratelimit-limit'])).toBe(5000)
  expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(Date.now() / 1000)
})

test('the log has requests and answers, and neither tokens nor user data', async () => {
  const { droplet, logged } = await startApi()
  await droplet({ user_data: 'password: hunter2' })
  const order = logged.find(({ method, path }) => method === 'POST' && path === '/v2/droplets')
  expect(order).toMatchObject({ status: 202, request: { name: 'web', user_data: '17 bytes' } })
  expect(order?.['response'].droplet.name).toBe('web')
  expect(JSON.stringify(logged)).not.toMatch(/hunter2|test-token/)
})

test('the cheapest size is the one the stack is priced by', async () => {
  const { call } = await startApi()
  const { body } = await call('GET', '/sizes?per_page=1')
  expect(body.sizes).toMatchObject([{ slug: 's-1vcpu-512mb-10gb', price_monthly: 4, price_hourly: 0.00595 }])
})

test('lists come in pages with links both ways and a total', async () => {
  const { call } = await startApi()
  for (const name of ['a', 'b', 'c', 'd', 'e']) await call('POST', '/tags', { name })
  const names = ({ body }: Awaited<ReturnType<typeof call>>) =>
    body.tags.map((tag: { name: string }) => tag.name)
  const first = await call('GET', '/tags?per_page=2')
  expect(names(first)).toEqual(['a', 'b'])
  expect(first.body.meta).toEqual({ total: 5 })
  expect(first.body.links.pages).toEqual({
    next: 'http://localhost:80/v2/tags?per_page=2&page=2'.replace(':80', ''),
    last: 'http://localhost/v2/tags?per_page=2&page=3',
  })
  const last = await call('GET', '/tags?per_page=2&page=3')
  expect(names(last)).toEqual(['e'])
  expect(last.body.links.pages).toEqual({
    first: 'http://localhost/v2/tags?per_page=2&page=1',
    prev: 'http://localhost/v2/tags?per_page=2&page=2',
  })
  expect(await call('GET', '/tags?per_page=5')).toMatchObject({ body: { links: {} } })
  expect(names(await call('GET', '/tags?page=9'))).toEqual([])
  expect(names(await call('GET', '/tags?per_page=none&page=-1'))).toHaveLength(5)
})

test('an SSH key lives by its id and its fingerprint', async () => {
  const { call } = await startApi()
  const made = await call('POST', '/account/keys', { name: 'operator', public_key: `${publicKey}\n` })
  expect(made.status).toBe(201)
  const { id, fingerprint } = made.body.ssh_key
  expect(fingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
  expect(refusal(await call('POST', '/account/keys', { name: 'twice', public_key: publicKey }))).toBe(
    '422 unprocessable_entity: SSH Key is already in use on your account',
  )
  await call('PUT', `/account/keys/${fingerprint}`, { name: 'renamed' })
  expect((await call('GET', `/account/keys/${id}`)).body.ssh_key).toEqual({
    id,
    fingerprint,
    name: 'renamed',
    public_key: publicKey,
  })
  expect((await call('DELETE', `/account/keys/${id}`)).status).toBe(204)
  expect(refusal(await call('DELETE', `/account/keys/${id}`))).toBe(
    '404 not_found: The resource you were accessing could not be found.',
  )
})

test.each([
  'ssh-ed25519 AAAA',
  'ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4',
  'key',
])('refuses the SSH key %j', async (broken) => {
  const { call } = await startApi()
  const answer = await call('POST', '/account/keys', { name: 'operator', public_key: broken })
  expect(refusal(answer)).toMatch(/^422 unprocessable_entity: Key invalid key type, we support 'ssh-rsa'/)
})
