import { expect, test } from 'vitest'
import { summariesOf } from '../testing.ts'
import { appSecret } from './app-secret.ts'

test('is made once, and made anew only where something else lies in its place', () => {
  expect(summariesOf(appSecret(), 'missing')).toEqual(["make the app's secret"])
  expect(summariesOf(appSecret(), 'foreign')).toEqual(["make the app's secret anew: it was damaged"])
  expect(summariesOf(appSecret(), 'made')).toEqual([])
})
