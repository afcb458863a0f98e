import { expect, test } from 'vitest'
import { refusal, startApi } from '../testing.ts'

async function startWithLimits(limits: object) {
  let now = new Date('2026-11-23T04:00:00Z')
  const started = await startApi({ clock: () => now })
  await started.api.inject({
    method: 'POST',
    url: '/_lab/limits',
    headers: { 'content-type': 'application/json' },
    payload: limits,
  })
  return { ...started, pass: (seconds: number) => void (now = new Date(now.getTime() + seconds * 1000)) }
}

test('counts every token by itself, down to the hour’s end', async () => {
  const { api, call } = await startWithLimits({ perHour: 3 })
  const { headers } = await call('GET', '/account')
  expect(headers).toMatchObject({
    'ratelimit-limit': '3',
    'ratelimit-remaining': '2',
    'ratelimit-reset': String(Date.parse('2026-11-23T05:00:00Z') / 1000),
  })
  const other = await api.inject({ url: '/v2/account', headers: { authorization: 'Bearer other' } })
  expect(other.headers['ratelimit-remaining']).toBe('2')
})

test('refuses the hour’s first request too many, says when to come back, and takes it then', async () => {
  const { call, pass } = await startWithLimits({ perHour: 2, refuse: true })
  await call('GET', '/account')
  pass(600)
  await call('GET', '/account')
  const refused = await call('GET', '/account')
  expect(refusal(refused)).toBe('429 too_many_requests: API Rate limit exceeded.')
  expect(refused.headers).toMatchObject({ 'retry-after': '3000', 'ratelimit-remaining': '0' })
  pass(3000)
  expect((await call('GET', '/account')).status).toBe(200)
})

test('refuses a burst, for the rest of its minute', async () => {
  const { call, pass } = await startWithLimits({ perMinute: 2, refuse: true })
  for (const status of [200, 200, 429]) expect((await call('GET', '/account')).status).toBe(status)
  pass(59)
  expect((await call('GET', '/account')).headers['retry-after']).toBe('1')
  pass(1)
  expect((await call('GET', '/account')).status).toBe(200)
})

test('refuses nothing unless told to', async () => {
  const { call } = await startWithLimits({ perHour: 1, perMinute: 1 })
  for (const remaining of ['0', '0']) {
    const { status, headers } = await call('GET', '/account')
    expect([status, headers['ratelimit-remaining']]).toEqual([200, remaining])
  }
})
