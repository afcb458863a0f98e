import { expect, test } from 'vitest'
import { hasUnknown, openAll, same, sealAll, secretKeys, unknown } from './values.ts'

const secret = (value: unknown) => ({
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  value,
})

test('opens secrets at any depth and drops what the SDK keeps for itself', () => {
  expect(openAll({ a: secret('x'), b: [{ c: secret(1) }], __defaults: [] })).toEqual({
    a: 'x',
    b: [{ c: 1 }],
  })
})

test('names the properties that hold a secret, however deep', () => {
  expect(secretKeys({ a: secret('x'), b: [{ c: secret(1) }], d: 'open' })).toEqual(new Set(['a', 'b']))
})

test('seals the named properties whole, and what is opened again is the same', () => {
  const sealed = sealAll({ a: 'x', b: { c: 1 }, d: 'open' }, new Set(['a', 'b']))
  expect(sealed).toEqual({ a: secret('x'), b: secret({ c: 1 }), d: 'open' })
  expect(openAll(sealed)).toEqual({ a: 'x', b: { c: 1 }, d: 'open' })
})

test('leaves an unknown bare, which the engine would refuse inside a secret', () => {
  expect(sealAll({ a: unknown }, new Set(['a']))).toEqual({ a: unknown })
})

test('sees an unknown at any depth', () => {
  expect(hasUnknown({ a: [{ b: unknown }] })).toBe(true)
  expect(hasUnknown({ a: [{ b: 'known' }] })).toBe(false)
})

test('compares without regard to the order of keys, and takes absent for undefined', () => {
  expect(same({ a: 1, b: [2] }, { b: [2], a: 1, c: undefined })).toBe(true)
  expect(same({ a: [1, 2] }, { a: [2, 1] })).toBe(false)
})
