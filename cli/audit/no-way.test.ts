import { expect, test } from 'vitest'
import { outsideOf } from './open-from-outside.ts'
import { answersOf } from './udp-answers.ts'

const why = 'this machine has no way to 2001:db8::1'

test('where the network turns everything back, nothing was looked at', () => {
  const outside = outsideOf(
    '2001:db8::1',
    new Map([
      [22, 'no way'],
      [80, 'no answer'],
    ]),
  )
  expect(outside).toEqual({ address: '2001:db8::1', open: [], tried: 0, unreachable: why })
  expect(() =>
    answersOf('2001:db8::1', [
      [53, 'no way'],
      [443, 'silent'],
    ]),
  ).toThrow(why)
})

test('one port that is turned back is shut, where another answers', () => {
  const outside = outsideOf(
    '192.0.2.1',
    new Map([
      [443, 'open'],
      [22, 'closed'],
      [80, 'no way'],
    ]),
  )
  expect(outside).toEqual({ address: '192.0.2.1', open: [443], tried: 3 })
  expect(
    answersOf('192.0.2.1', [
      [53, 'no way'],
      [443, 'answers'],
    ]),
  ).toEqual({ 53: 'silent', 443: 'answers' })
})
