import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { seal, unseal } from './sealed.ts'

const secret = randomBytes(32)
const plain = Buffer.from('a secret of twenty b')

test('what was sealed opens for the same account, and looks different each time', () => {
  const sealed = seal(plain, secret, 'ada')
  expect(unseal(sealed, secret, 'ada')).toEqual(plain)
  expect(sealed.includes(plain)).toBe(false)
  expect(seal(plain, secret, 'ada')).not.toEqual(sealed)
})

test('nothing opens for another account, with another secret, or changed by one bit', () => {
  const sealed = seal(plain, secret, 'ada')
  expect(() => unseal(sealed, secret, 'bob')).toThrow('unable to authenticate')
  expect(() => unseal(sealed, randomBytes(32), 'ada')).toThrow('unable to authenticate')
  for (const index of sealed.keys()) {
    const changed = Buffer.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => unseal(changed, secret, 'ada')).toThrow('unable to authenticate')
  }
})
