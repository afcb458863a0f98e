import { expect, test } from 'vitest'
import { asKept, sources } from './networks.ts'

test('networks are told as ufw keeps them', () => {
  expect(
    ['192.0.2.7/24', '192.0.2.7/32', '192.0.2.7', '2001:DB8:0:0:1::1/32', '2001:db8::7/128', '::/0'].map(
      asKept,
    ),
  ).toEqual(['192.0.2.0/24', '192.0.2.7', '192.0.2.7', '2001:db8::/32', '2001:db8::7', '::/0'])
})

test('everywhere is both families; one of them is its two halves', () => {
  expect(sources(['0.0.0.0/0', '::/0', '192.0.2.0/24'])).toBe('everywhere')
  expect(sources(['0.0.0.0/0'])).toEqual(['0.0.0.0/1', '128.0.0.0/1'])
  expect(sources(['::/0', '192.0.2.1/24'])).toEqual(['::/1', '8000::/1', '192.0.2.0/24'])
})
