import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { adminOf } from './testing.ts'
import type { Numbers } from './numbers.ts'

test('each day has its numbers, in UTC, and a day without any has noughts', async () => {
  const service = await withService()
  const { send, id } = await adminOf(service)
  await service.owner`delete from history`
  await service.owner`insert into accounts (email, status, erase_at) values ('gone@example.org', 'leaving', now()), ('out@example.org', 'disabled', null)`
  await service.owner`
    insert into history (account_id, event, at)
    select ${id}, event, (now() at time zone 'UTC')::date::timestamp at time zone 'UTC' - days * interval '1 day' + late
    from (values ('account-created', 0, interval '1 second'), ('signed-in', 0, '2 seconds'), ('signed-in', 0, '0'),
      ('sign-in-failed', 2, '0'), ('signed-in', 2, '23:59:59.999'), ('signed-in', 3, '23:59:59.999'), ('signed-out', 1, '0')) as t (event, days, late)`
  const read = async (query: string) => (await send('GET', `/api/admin/numbers${query}`)).json<Numbers>()
  const { days, ...sums } = await read('?days=3')
  expect(days.map(({ signUps, signIns, failures }) => [signUps, signIns, failures])).toEqual([
    [0, 1, 1],
    [0, 0, 0],
    [1, 2, 0],
  ])
  expect(days.at(-1)?.day).toBe(new Date().toISOString().slice(0, 10))
  expect(sums).toEqual({
    accounts: { active: 1, disabled: 1, leaving: 1 },
    admins: 1,
    sessions: 1,
    outbox: { waiting: 0, oldestSeconds: 0 },
    hashing: { running: 0, waiting: 0 },
  })
  expect((await read('')).days).toHaveLength(30)
  expect((await read('?days=366')).days).toHaveLength(366)
  for (const wrong of ['0', '367', '-1', '1e3', '', '3&days=4'])
    expect((await send('GET', `/api/admin/numbers?days=${wrong}`)).code).toBe('INVALID_INPUT')
})
