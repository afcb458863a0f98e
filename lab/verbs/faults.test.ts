import { expect, test } from 'vitest'
import { Faults } from '../digitalocean/admin/faults.ts'
import { clockMove } from './clock.ts'
import { faultUsage, faultWish } from './fault-wish.ts'
import { faultLines } from './faults.ts'
import { entryLine } from './log.ts'

test.each([
  [
    'POST /v2/droplets --status 500 --after',
    { method: 'POST', path: '/v2/droplets', kind: 'status', status: 500, when: 'after' },
  ],
  ['/v2/** --hang --times all', { path: '/v2/**', kind: 'hang', times: null }],
  ['delete --cut --skip 2 --times 3', { method: 'DELETE', kind: 'cut', skip: 2, times: 3 }],
  [
    '--status 429 --retry-after 2 --probability 0.1 --seed 7',
    { kind: 'status', status: 429, retryAfterSeconds: 2, probability: 0.1, seed: 7 },
  ],
  ['GET /v2/actions/* --done', { method: 'GET', path: '/v2/actions/*', kind: 'done' }],
])('faults add %s', (words, wish) => {
  expect(faultWish(words.split(' '))).toEqual(wish)
})

test('where a fault is may be one word for a shell', () => {
  expect(faultWish(['POST /v2/droplets', '--cut'])).toEqual({
    method: 'POST',
    path: '/v2/droplets',
    kind: 'cut',
  })
})

test.each([
  [
    'POST /v2/droplets',
    'it does not say what goes wrong',
    'one of --status N, --cut, --hang, --done is needed',
  ],
  ['--cut --hang', 'a fault is of one kind', '--cut and --hang cannot both be'],
  ['--status 500 --cut', 'a fault is of one kind', '--status and --cut cannot both be'],
  ['--status soon', '--status takes a number', 'got "soon"'],
  ['POST droplets --cut', 'it is not clear where', 'got "POST droplets"'],
  ['--explode', 'that is not how a fault is added', "Unknown option '--explode'"],
])('faults add %s is refused with the reason', (words, message, why) => {
  expect(() => faultWish(words.split(' '))).toThrow(
    expect.objectContaining({ message, why, fix: 'npm run lab -- faults help' }),
  )
})

test('faults are listed with what they did so far', () => {
  const faults = new Faults()
  faults.add({ kind: 'status', method: 'POST', path: '/v2/droplets', when: 'after' })
  faults.add({
    kind: 'status',
    status: 429,
    retryAfterSeconds: 2,
    times: null,
    probability: 0.1,
    path: '/v2/**',
  })
  faults.add({ kind: 'hang', method: 'GET', skip: 2, times: 3 })
  faults.meet('POST', '/v2/droplets')
  expect(faultLines(faults.list())).toBe(`  1  POST /v2/droplets  500 after the change  once: over, hit 1 of 1
  2  * /v2/**           429, retry after 2 s  always, chance 0.1: hit 0 of 0
  3  GET **             no answer             3 times, after 2 calls: hit 0 of 0
`)
})

test('help fits 80 columns', () => {
  expect(faultUsage.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test.each([
  ['+2h', { advanceSeconds: 7200 }],
  ['-30m', { advanceSeconds: -1800 }],
  ['+1.5d', { advanceSeconds: 129_600 }],
  ['2026-12-01T08:00:00Z', { at: '2026-12-01T08:00:00.000Z' }],
  ['reset', { reset: true }],
])('clock %s', (words, move) => {
  expect(clockMove(words)).toEqual(move)
})

test.each(['2h', 'tomorrow', '+2', '2026-13-01'])('clock %s is refused', (words) => {
  expect(() => clockMove(words)).toThrow('the clock cannot be moved like that')
})

test.each([
  [
    { method: 'GET', path: '/v2/tags', query: 'page=2', status: 200, ms: 3 },
    '200  GET /v2/tags?page=2  3 ms',
  ],
  [
    {
      method: 'POST',
      path: '/v2/tags',
      status: 503,
      ms: 1,
      fault: 4,
      response: { message: 'Service is currently unavailable.' },
    },
    '503 (fault 4)  POST /v2/tags  1 ms  Service is currently unavailable.',
  ],
  [{ method: 'POST', path: '/v2/tags', fault: 4, answer: 'cut' }, 'cut (fault 4)  POST /v2/tags'],
  [
    { error: 'could not carry out create on droplet 7', why: 'no room\nat …' },
    '✗ could not carry out create on droplet 7: no room',
  ],
])('a line of the log for %j', (entry, line) => {
  expect(entryLine({ number: 1, at: '2026-11-23T08:12:03.123Z', ...entry })).toBe(`08:12:03  ${line}`)
})
