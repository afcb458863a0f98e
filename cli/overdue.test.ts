import { expect, test } from 'vitest'
import { newerOf } from './overdue.ts'

const times = {
  created: '2020-01-01T00:00:00Z',
  modified: '2026-11-01T00:00:00Z',
  '4.5.0': '2021-03-01T00:00:00Z',
  '1.9.0': '2026-05-01T00:00:00Z',
  '1.10.0-beta.1': '2026-05-02T00:00:00Z',
  '1.9.1': '2026-08-01T00:00:00Z',
  '1.8.7': '2026-08-02T00:00:00Z',
  '1.10.0': '2026-09-01T00:00:00Z',
}
const on = (day: string) => new Date(`${day}T12:00:00Z`)
const web = { name: 'web', version: '1.9.0', times }

test('a newer version is due ninety days after the first that came out since ours', () => {
  const newer = { version: '1.10.0', since: '2026-08-01' }
  expect(newerOf(web, on('2026-10-30'))).toEqual({ ...newer, days: 90, overdue: false })
  expect(newerOf(web, on('2026-10-31'))).toEqual({ ...newer, days: 91, overdue: true })
})

test('what is older, a beta or of an earlier day with a greater number is not newer', () => {
  expect(newerOf({ ...web, version: '1.10.0' }, on('2030-01-01'))).toBeUndefined()
  expect(newerOf({ ...web, version: '1.10.0-beta.1' }, on('2026-09-02'))).toMatchObject({
    version: '1.10.0',
    days: 1,
  })
})

test('what is held is due within what it is held to', () => {
  const protobuf = { name: 'google-protobuf', version: '3.21.4' }
  const first = { '3.21.4': '2024-12-02T18:36:00Z' }
  expect(
    newerOf({ ...protobuf, times: { ...first, '4.0.0': '2025-10-01T00:00:00Z' } }, on('2026-11-01')),
  ).toBe(undefined)
  expect(
    newerOf({ ...protobuf, times: { ...first, '3.22.0': '2025-10-01T00:00:00Z' } }, on('2026-11-01')),
  ).toMatchObject({ version: '3.22.0', overdue: true })
})
