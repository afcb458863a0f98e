import { expect, test } from 'vitest'
import { publicKey, refusal, startApi } from '../testing.ts'
import { labClient } from './testing.ts'

const missing = '404 not_found: The resource you were accessing could not be found.'

test('an SSH key is missing just after it was made [terraform-provider-digitalocean #923, #1163]', async () => {
  const { api, call } = await startApi()
  await labClient(api)('POST', '/lag', { kind: 'keys', answers: 2 })
  const made = await call('POST', '/account/keys', { name: 'operator', public_key: publicKey })
  expect(made.status).toBe(201)
  const { id, fingerprint } = made.body.ssh_key
  expect(refusal(await call('GET', `/account/keys/${id}`))).toBe(missing)
  expect(refusal(await call('GET', `/account/keys/${fingerprint}`))).toBe(missing)
  expect((await call('GET', `/account/keys/${id}`)).status).toBe(200)
})

test('a reserved IP is missing just after it was made [terraform-provider-digitalocean #1600]', async () => {
  const { api, call } = await startApi()
  await labClient(api)('POST', '/lag', { kind: 'reserved_ips', answers: 1 })
  const { ip } = (await call('POST', '/reserved_ips', { region: 'fra1' })).body.reserved_ip
  expect(refusal(await call('GET', `/reserved_ips/${ip}`))).toBe(missing)
  expect((await call('GET', `/reserved_ips/${ip}`)).status).toBe(200)
})

test('a droplet is missing right after it was ordered, in the list too [terraform-provider-digitalocean #1493]', async () => {
  const { api, call, droplet } = await startApi()
  const before = await droplet()
  await labClient(api)('POST', '/lag', { path: '/v2/droplets', answers: 2 })
  const order = { name: 'late', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }
  const { id } = (await call('POST', '/droplets', order)).body.droplet
  expect(refusal(await call('GET', `/droplets/${id}`))).toBe(missing)
  const list = (await call('GET', '/droplets')).body
  expect(list.droplets.map((each: { id: number }) => each.id)).toEqual([before.id])
  expect(list.meta.total).toBe(1)
  expect((await call('GET', '/droplets')).body.meta.total).toBe(2)
})

test('what was there before the lag is there during it, and no lag ends all of it', async () => {
  const { api, call } = await startApi()
  const lab = labClient(api)
  await call('POST', '/tags', { name: 'old' })
  await lab('POST', '/lag', { kind: 'tags', answers: 100 })
  await call('POST', '/tags', { name: 'new' })
  expect((await call('GET', '/tags/old')).status).toBe(200)
  expect((await call('GET', '/tags/new')).status).toBe(404)
  expect((await lab('GET', '/lag')).body).toEqual({ lag: [{ path: '/v2/tags', answers: 100 }] })
  await lab('DELETE', '/lag')
  expect((await call('GET', '/tags/new')).status).toBe(200)
})

test('records lag in every domain', async () => {
  const { api, call } = await startApi()
  await call('POST', '/domains', { name: 'example.com' })
  await labClient(api)('POST', '/lag', { kind: 'records', answers: 1 })
  const record = { type: 'A', name: 'www', data: '192.0.2.1', ttl: 1800 }
  const { id } = (await call('POST', '/domains/example.com/records', record)).body.domain_record
  expect((await call('GET', `/domains/example.com/records/${id}`)).status).toBe(404)
  expect((await call('GET', `/domains/example.com/records/${id}`)).status).toBe(200)
})

test('a delay keeps an action under way; without it, it ends at once', async () => {
  const { api, call, droplet } = await startApi()
  const lab = labClient(api)
  const { id } = await droplet()
  await lab('POST', '/delays', { type: 'power_off', ms: 60_000 })
  await call('POST', `/droplets/${id}/actions`, { type: 'power_off' })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect((await call('GET', `/droplets/${id}`)).body.droplet).toMatchObject({
    status: 'active',
    locked: true,
  })
  await lab('DELETE', '/delays')
  await api.idle()
  expect((await call('GET', `/droplets/${id}`)).body.droplet).toMatchObject({ status: 'off', locked: false })
})

test('the clock moves by a step, to a time, and back; what is made then bears that time', async () => {
  const { api, droplet } = await startApi()
  const lab = labClient(api)
  const moved = await lab('POST', '/clock', { at: '2030-01-01T00:00:00Z' })
  expect(moved.body.clock.now).toMatch(/^2030-01-01T00:00:00/)
  expect((await droplet()).created_at).toMatch(/^2030-01-01T00:00:0/)
  expect((await lab('POST', '/clock', { advanceSeconds: 86_400 })).body.clock.now).toMatch(/^2030-01-02/)
  expect((await lab('POST', '/clock', { reset: true })).body.clock.aheadSeconds).toBe(0)
  expect((await lab('POST', '/clock', {})).body.message).toBe(
    'One of advanceSeconds, at and reset says how the clock moves.',
  )
})

test('the hour of the rate limit passes with the clock', async () => {
  const { api, call } = await startApi()
  const lab = labClient(api)
  await lab('POST', '/limits', { perHour: 2, refuse: true })
  const statuses = []
  for (let each = 0; each < 3; each += 1) statuses.push((await call('GET', '/account')).status)
  expect(statuses).toEqual([200, 200, 429])
  await lab('POST', '/clock', { advanceSeconds: 3600 })
  expect((await call('GET', '/account')).status).toBe(200)
  expect((await lab('GET', '/limits')).body.limits).toMatchObject({ perHour: 2, refuse: true })
})

test('/_lab needs no token, counts nowhere and is not in the log', async () => {
  const { api, call, logged } = await startApi()
  const { headers } = await call('GET', '/account')
  await labClient(api)('GET', '/faults')
  const after = await call('GET', '/account')
  expect(Number(after.headers['ratelimit-remaining'])).toBe(Number(headers['ratelimit-remaining']) - 1)
  expect(logged.map(({ path }) => path)).toEqual(['/v2/account', '/v2/account'])
})

test('the log is read back from any number on', async () => {
  const { api, call } = await startApi()
  await call('GET', '/account')
  await call('POST', '/tags', { name: 'blue' })
  const lines = async (since: number) =>
    (await api.inject({ url: `/_lab/requests?since=${since}` })).body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  expect(await lines(0)).toMatchObject([
    { number: 1, method: 'GET', path: '/v2/account', status: 200 },
    { number: 2, method: 'POST', path: '/v2/tags', request: { name: 'blue' }, status: 201 },
  ])
  expect(await lines(1)).toMatchObject([{ number: 2 }])
})

test.each([
  [{ remoteAddress: '192.0.2.7' }, 403, '/_lab answers this machine only.'],
  [
    { headers: { host: 'evil.example:80' } },
    403,
    '/_lab is asked for as 127.0.0.1, localhost or [::1], by no other name.',
  ],
  [{ headers: { origin: 'https://evil.example' } }, 403, '/_lab does not answer pages of other sites.'],
  [
    { method: 'POST', headers: { 'content-type': 'text/plain' }, payload: '{}' },
    415,
    'POST /_lab/… takes JSON: content-type application/json',
  ],
  [{ url: '/_lab/nothing' }, 404, 'The resource you were accessing could not be found.'],
] as const)('who is not meant is refused: %j', async (wish, status, message) => {
  const { api } = await startApi()
  const answer = await api.inject({ url: '/_lab/faults', ...wish })
  expect(answer.statusCode).toBe(status)
  expect(answer.json().message).toBe(message)
})

test.each(['127.0.0.1:4000', 'localhost', '[::1]:80'])('%s is this machine', async (host) => {
  const { api } = await startApi()
  expect((await api.inject({ url: '/_lab/faults', headers: { host } })).statusCode).toBe(200)
})
