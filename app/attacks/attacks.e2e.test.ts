import { expect, test } from 'vitest'
import { listening } from '../testing.ts'
import { attack, attacks } from './run.ts'

test(`none of ${attacks.length} attacks gets through`, { timeout: 300_000 }, async () => {
  const target = await listening()
  const outcomes = await attack(target)
  expect(outcomes.filter(({ through, blocked }) => through ?? blocked)).toEqual([])
  expect(outcomes).toHaveLength(attacks.length)
})
