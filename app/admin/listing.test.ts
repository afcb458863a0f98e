import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { adminOf, memberOf } from './testing.ts'

test('accounts are found by what their address or name begins with, and by nothing else', async () => {
  const service = await withService()
  const { send, email } = await adminOf(service)
  const { owner } = service
  await owner`insert into accounts (email, name) values ('Zoe@Example.org', 'Ada Lovelace'), ('50%_off\@example.org', '100% Éric'), ('ada@example.org', '')`
  const found = async (search: string) => {
    const answer = await send('GET', `/api/admin/accounts?search=${encodeURIComponent(search)}`)
    expect(answer.statusCode).toBe(200)
    return answer
      .json<{ accounts: { email: string }[] }>()
      .accounts.map((account) => account.email)
      .toSorted()
  }
  expect(await found('ada')).toEqual(['Zoe@Example.org', 'ada@example.org'])
  expect(await found('ADA ')).toEqual(['Zoe@Example.org', 'ada@example.org'])
  expect(await found('zoe@')).toEqual(['Zoe@Example.org'])
  expect(await found('example')).toEqual([])
  expect(await found('%')).toEqual([])
  expect(await found('_')).toEqual([])
  expect(await found('50%_')).toEqual(['50%_off@example.org'])
  expect(await found('100% É')).toEqual(['50%_off@example.org'])
  expect(await found("' or true --")).toEqual([])
  expect(await found('')).toHaveLength(4)
  expect(await found(email)).toEqual([email])
  // Whom an admin looked for is in no log.
  expect(service.logged()).toContain('"url":"/api/admin/accounts"')
  expect(service.logged()).not.toContain('search=')
})

test('pages of fifty follow one another, the youngest first, also where ages are equal', async () => {
  const service = await withService()
  const { send, email } = await adminOf(service)
  const { owner } = service
  await owner`
    insert into accounts (email, created_at)
    select 'p' || n || '@example.org', timestamptz '2026-01-01 00:00:00.123456+00' + n / 60 * interval '1 microsecond'
    from generate_series(1, 119) as n`
  const seen: string[] = []
  let query = ''
  for (;;) {
    const { accounts, next } = (await send('GET', `/api/admin/accounts?search=p${query}`)).json<{
      accounts: { email: string }[]
      next: string | null
    }>()
    seen.push(...accounts.map((account) => account.email))
    if (next === null) break
    expect(accounts).toHaveLength(50)
    query = `&before=${next}`
  }
  const all = await owner<{ email: string }[]>`select email from accounts order by created_at desc, id desc`
  expect(seen).toEqual(all.map((account) => account.email))
  expect(seen).toHaveLength(120)
  expect(seen[0]).toBe(email)
})

test('accounts are listed by status, with what admins may know and no more', async () => {
  const service = await withService()
  const { send } = await adminOf(service)
  const { id, email } = await memberOf(service, { name: 'Grace' })
  await service.owner`update accounts set status = 'leaving', erase_at = now() + interval '14 days' where id = ${id}`
  const { accounts, next } = (await send('GET', '/api/admin/accounts?status=leaving')).json<{
    accounts: unknown[]
    next: null
  }>()
  expect(next).toBeNull()
  expect(accounts).toEqual([
    {
      id,
      email,
      name: 'Grace',
      role: 'member',
      status: 'leaving',
      createdAt: expect.stringMatching(/^20\d\d-/),
      eraseAt: expect.stringMatching(/^20\d\d-/),
      disabledAt: null,
    },
  ])
})

test('whatever is wrong with a search is said, and nothing breaks', async () => {
  const service = await withService()
  const { send } = await adminOf(service)
  for (const query of [
    'search=%00',
    'search=a&search=b',
    `search=${'a'.repeat(255)}`,
    'status=gone',
    'before=1',
    'before=1.%27',
    'before=99999999999999999.00000000-0000-4000-8000-000000000000',
    'order=email',
    'search[$like]=a',
  ]) {
    const { statusCode, code } = await send('GET', `/api/admin/accounts?${query}`)
    expect([query, statusCode, code]).toEqual([query, 400, 'INVALID_INPUT'])
  }
  for (const search of ['%', '%zz', '\u{1f600}', "'", '\\'])
    expect((await send('GET', `/api/admin/accounts?search=${search}`)).statusCode).toBe(200)
  const beyond = 'before=9999999999999999.00000000-0000-4000-8000-000000000000'
  expect((await send('GET', `/api/admin/accounts?${beyond}`)).statusCode).toBe(200)
})
