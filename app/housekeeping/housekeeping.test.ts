import { expect, test } from 'vitest'
import { withService, type TestService } from '../testing.ts'
import { Housekeeping } from './housekeeping.ts'

const housekeepingOf = ({ service }: TestService): Housekeeping =>
  new Housekeeping(service.parts.db, service.log)

test('sweeps out what has expired, and nothing else', async () => {
  const it = await withService()
  const ada = await it.signedIn()
  const bob = await it.signedIn()
  await ada.send('PUT', '/api/account/email', { email: 'moved@example.org' })
  await it.mailbox.next('moved@example.org')
  await it
    .browser()
    .send('POST', '/api/sign-ups', { email: 'new@example.org', password: 'seven green boats' })
  await it.mailbox.next('new@example.org')
  const sweep = () => housekeepingOf(it).sweep()
  await it.owner`delete from limits`
  expect(await sweep()).toEqual({})

  const ofAda = it.owner`(select id from accounts where email = ${ada.email})`
  await it.owner`update links set expires_at = now() where purpose = 'confirm-address'`
  expect(await sweep()).toEqual({ links: 1 })
  await it.owner`update address_changes set expires_at = now()`
  expect(await sweep()).toEqual({ addressChanges: 1 })
  await it.owner`update sign_ups set expires_at = now()`
  expect(await sweep()).toEqual({ signUps: 1 })
  await it.owner`
    insert into limits values ('empty', now()), ('not empty', now() + interval '1 hour'),
      ('full when the clock was ahead', now() + interval '1 day')`
  expect(await sweep()).toEqual({ limits: 2 })
  await it.owner`update devices set seen_at = now() - interval '399 days'`
  expect(await sweep()).toEqual({})
  await it.owner`update devices set seen_at = now() - interval '400 days' where account_id = ${ofAda}`
  expect(await sweep()).toEqual({ devices: 1 })
  await it.owner`update history set at = now() - interval '729 days'`
  expect(await sweep()).toEqual({})
  await it.owner`update history set at = now() - interval '2 years 1 day' where account_id = ${ofAda} and event = 'signed-in'`
  expect(await sweep()).toEqual({ history: 1 })
  for (const { send } of [ada, bob]) expect((await send('GET', '/api/session')).statusCode).toBe(200)
})

test('sessions go after their idle and their absolute limit, those of admins sooner, and with their account', async () => {
  const it = await withService()
  const sweepWith = async (role: string, created: string, used: string): Promise<unknown> => {
    await it.owner`delete from accounts`
    const [account] = await it.owner<[{ id: string }]>`
      insert into accounts (email, role) values ('ada@example.org', ${role}) returning id`
    await it.owner`
      insert into sessions (id_hash, account_id, created_at, used_at, expires_at)
      values ('\\x00', ${account.id}, now() - ${created}::interval, now() - ${used}::interval, now() + interval '1 hour')`
    return (await housekeepingOf(it).sweep())['sessions'] ?? 0
  }
  expect(await sweepWith('member', '29 days', '23 hours')).toBe(0)
  expect(await sweepWith('member', '29 days', '1 day')).toBe(1)
  expect(await sweepWith('member', '30 days', '1 hour')).toBe(1)
  expect(await sweepWith('admin', '11 hours', '29 minutes')).toBe(0)
  expect(await sweepWith('admin', '11 hours', '30 minutes')).toBe(1)
  expect(await sweepWith('admin', '12 hours', '1 minute')).toBe(1)
  expect(await sweepWith('member', '0', '0')).toBe(0)
  await it.owner`update sessions set expires_at = now()`
  expect(await housekeepingOf(it).sweep()).toEqual({ sessions: 1 })
  expect(await sweepWith('member', '0', '0')).toBe(0)
  await it.owner`update accounts set status = 'disabled'`
  expect(await housekeepingOf(it).sweep()).toEqual({ sessions: 1 })
})

test('an account that left is erased after 14 days, to the last row and word, and its address is free again', async () => {
  const it = await withService()
  const ada = await it.signedIn({ email: 'erased@example.org', name: 'Ada Erased' })
  const bob = await it.signedIn()
  await it.browser().send('POST', '/api/recoveries', { email: ada.email })
  await it.mailbox.next(ada.email)
  await ada.send('DELETE', '/api/account', { password: ada.password })
  const { code } = await it.mailbox.next(ada.email)
  await it.owner`delete from limits`
  await it.owner`update accounts set erase_at = now() + interval '1 minute' where status = 'leaving'`
  expect(await housekeepingOf(it).sweep()).toEqual({})
  await it.owner`update accounts set erase_at = now() where status = 'leaving'`
  expect(await housekeepingOf(it).sweep()).toEqual({ accounts: 1 })
  expect((await it.browser().send('POST', '/api/account/keep', { token: code })).code).toBe('LINK_INVALID')

  const tables = await it.owner<{ name: string }[]>`
    select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`
  for (const { name } of tables) {
    const rows = await it.owner<{ row: string }[]>`select t::text as row from ${it.owner(name)} as t`
    for (const { row } of rows) expect(`${name}: ${row}`).not.toMatch(/erased/i)
  }
  expect(
    await it.owner`select from history h left join accounts a on a.id = h.account_id where a.id is null`,
  ).toEqual([])
  expect((await bob.send('GET', '/api/session')).statusCode).toBe(200)
  expect(await it.account({ email: ada.email })).toMatchObject({ email: ada.email })
})

test('whoever keeps an account at the moment when it is erased keeps it wholly or not at all', async () => {
  const it = await withService()
  for (let round = 0; round < 8; round += 1) {
    const ada = await it.signedIn()
    await ada.send('DELETE', '/api/account', { password: ada.password })
    const { code } = await it.mailbox.next(ada.email)
    await it.owner`update accounts set erase_at = now() where email = ${ada.email}`
    const [kept, gone] = await Promise.all([
      it.browser().send('POST', '/api/account/keep', { token: code }),
      housekeepingOf(it).sweep(),
    ])
    const [account] = await it.owner`select status from accounts where email = ${ada.email}`
    expect([kept.statusCode, account?.['status'], gone['accounts'] ?? 0]).toEqual(
      kept.statusCode === 200 ? [200, 'active', 0] : [400, undefined, 1],
    )
  }
})

test('of two releases that run side by side, one sweeps', async () => {
  const it = await withService()
  await it.owner`insert into limits values ('empty', now())`
  await it.owner.begin(async (other) => {
    await other`select pg_advisory_xact_lock(5316112301)`
    expect(await housekeepingOf(it).sweep()).toEqual({})
  })
  const both = await Promise.all([housekeepingOf(it).sweep(), housekeepingOf(it).sweep()])
  expect(both.filter((gone) => gone['limits'] === 1)).toHaveLength(1)
})

test('what can not be swept holds nothing else up, and the log tells its code only', async () => {
  const it = await withService()
  await it.owner`insert into limits values ('empty', now())`
  await it.owner`revoke delete on links from app`
  expect(await housekeepingOf(it).sweep()).toEqual({ limits: 1 })
  expect(it.logged()).toContain('"kind":"links","code":"42501","msg":"what has expired could not be erased"')
  expect(it.logged()).toContain('"event":"swept","limits":1')
})

test('stopping waits for what is under way and begins nothing more', async () => {
  const it = await withService()
  const keeper = housekeepingOf(it)
  keeper.start()
  await keeper.stop()
  await it.owner`insert into limits values ('empty', now())`
  expect(await keeper.sweep()).toEqual({})
})
