import { afterEach, beforeEach, expect, test } from 'vitest'
import { testNamecheap } from '../../lab/namecheap/testing.ts'
import { Namecheap } from './client.ts'
import { delegate, readDelegation } from './delegation.ts'
import { Refused, Unanswered } from './explained.ts'
import { Pace } from './pace.ts'

// A clock that jumps: waits take no time and are written down.
let nowMs = 0
let waitedMs: number[] = []
const clock = {
  now: () => nowMs,
  sleep: async (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted()
    waitedMs.push(ms)
    nowMs += ms
  },
}
let namecheap: Awaited<ReturnType<typeof testNamecheap>>
let statuses: string[] = []

function client(more: Record<string, string> = {}, signal = new AbortController().signal) {
  const waiting = { signal, status: async (message: string) => void statuses.push(message) }
  const environment = { ...namecheap.environment, ...more }
  return new Namecheap(waiting, { environment, clock, pace: new Pace(clock) })
}

const failureOf = (asked: Promise<unknown>): Promise<Error> =>
  asked.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  )

beforeEach(async () => {
  nowMs = Date.parse('2026-11-23T12:00:00Z')
  waitedMs = []
  statuses = []
  namecheap = await testNamecheap(['example.com', 'example.co.uk'], () => new Date(nowMs))
})
afterEach(() => namecheap.close())

const ours = ['ns1.digitalocean.com', 'ns2.digitalocean.com']
const asked = () =>
  namecheap.logged.map(({ namecheap: command, answer }) => `${String(command)} ${String(answer)}`)

test('reads who answers for a domain, and changes it', async () => {
  expect(await readDelegation(client(), 'example.com')).toEqual({
    nameservers: ['dns1.registrar-servers.com', 'dns2.registrar-servers.com'],
    isDefault: true,
  })
  await delegate(client(), 'example.com', ours)
  expect(await readDelegation(client(), 'example.com')).toEqual({ nameservers: ours, isDefault: false })
  await delegate(client(), 'example.com', 'default')
  expect(namecheap.nameservers('example.com')).toBeUndefined()
})

test('splits a name of three labels as Namecheap sells it', async () => {
  await delegate(client(), 'example.co.uk', ours)
  expect(namecheap.nameservers('example.co.uk')).toEqual(ours)
  const error = await failureOf(delegate(client(), 'staging.example.com', ours))
  expect(error.message).toBe(
    'staging.example.com is not a domain that can be delegated at Namecheap\n' +
      '  why   it is a name below example.com, and only what is registered has nameservers there\n' +
      '  next  delegate example.com, or add NS records for staging.example.com where example.com is served',
  )
})

test.each([
  { kind: 'status', status: 503 },
  { kind: 'status', status: 405 },
  { kind: 'status', status: 429 },
  { refusal: '500000 Too many requests' },
  { refusal: '5050900 Unhandled Exceptions' },
  { kind: 'cut' },
  { kind: 'cut', when: 'after' },
  { kind: 'status', status: 502, when: 'after' },
])('asks again after %j, and once is enough', async (fault) => {
  await namecheap.lab('POST', '/faults', { command: 'domains.dns.setCustom', ...fault })
  await delegate(client(), 'example.com', ours)
  expect(waitedMs).toEqual([2000])
  expect(statuses).toEqual([expect.stringMatching(/^Namecheap: .+; asking again at \d\d:\d\d:\d\d$/)])
  expect(namecheap.nameservers('example.com')).toEqual(ours)
})

test('gives up after a minute, says how often it asked and why it failed', async () => {
  await namecheap.lab('POST', '/faults', { kind: 'status', status: 405, times: 99 })
  const error = await failureOf(readDelegation(client(), 'example.com'))
  expect(error).toBeInstanceOf(Unanswered)
  expect(error.message).toBe(
    'example.com: Namecheap does not tell its nameservers\n' +
      '  why   it answered HTTP 405, too many requests; asked 6 times\n' +
      '  next  wait a few minutes and run this again: what was done already is not done twice',
  )
  expect(waitedMs).toEqual([2000, 4000, 8000, 16_000, 32_000])
})

test('where nothing listens, the reason is the network’s own', async () => {
  const error = await failureOf(
    readDelegation(client({ NAMECHEAP_API_URL: 'http://127.0.0.1:9/xml.response' }), 'example.com'),
  )
  expect(error.message).toMatch(/why {3}.*(ECONNREFUSED|bad port).*; asked 6 times/)
})

test('a refusal is asked once', async () => {
  const error = await failureOf(readDelegation(client(), 'unknown.com'))
  expect(error).toBeInstanceOf(Refused)
  expect(asked()).toEqual(['namecheap.domains.dns.getList ERROR'])
  expect(waitedMs).toEqual([])
})

test('a wrong address does not stick', async () => {
  const error = await failureOf(readDelegation(client({ NAMECHEAP_CLIENT_IP: '203.0.113.9' }), 'example.com'))
  expect(error.message).toContain('why   Invalid request IP: 203.0.113.9 (1011150)')
  expect((await readDelegation(client(), 'example.com')).isDefault).toBe(true)
})

test.each([
  [{ NAMECHEAP_API_KEY: '' }, 'the environment lacks NAMECHEAP_API_KEY'],
  [{ NAMECHEAP_CLIENT_IP: '2001:db8::1' }, 'NAMECHEAP_CLIENT_IP must be an IPv4 address; got "2001:db8::1"'],
  [
    { NAMECHEAP_API_URL: 'http://api.namecheap.com/xml.response' },
    'NAMECHEAP_API_URL must be an https:// address; got "http://api.namecheap.com/xml.response"',
  ],
])('with %j it asks nobody', async (wrong, why) => {
  expect((await failureOf(readDelegation(client(wrong), 'example.com'))).message).toContain(why)
  expect(asked()).toEqual([])
})

test('does not follow an answer that sends it elsewhere with the key', async () => {
  await namecheap.lab('POST', '/faults', { kind: 'status', status: 302 })
  const error = await failureOf(readDelegation(client(), 'example.com'))
  expect(error.message).toContain('it answered HTTP 302\n')
})

test('sends no more than twenty requests in a minute', async () => {
  const one = client()
  for (let count = 0; count < 45; count++) await readDelegation(one, 'example.com')
  expect(waitedMs).toEqual([60_000, 60_000])
  expect(statuses[0]).toMatch(/^Namecheap: it is asked 20 times a minute at most; asking again at /)
  expect(new Set(asked())).toEqual(new Set(['namecheap.domains.dns.getList OK']))
})

test('a wait ends when the engine does', async () => {
  await namecheap.lab('POST', '/faults', { kind: 'status', status: 503, times: 99 })
  const stop = new AbortController()
  const stopped = client({}, stop.signal)
  stop.abort(new Error('cancelled'))
  expect((await failureOf(readDelegation(stopped, 'example.com'))).message).toBe('cancelled')
})
