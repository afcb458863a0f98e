import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { makeLink } from '../links/links.ts'
import { withService, type TestService } from '../testing.ts'
import { adminOf, idOf, memberOf } from './testing.ts'

const historyOf = (service: TestService, id: string) =>
  service.owner<{ event: string; actorId: string | null; details: object }[]>`
    select event, actor_id, details from history where account_id = ${id} and actor_id is not null order by id`

test('a disabled account is signed out at once, can not come back by any link, and is let in again by an admin', async () => {
  const service = await withService()
  const boss = await adminOf(service)
  const member = await service.signedIn()
  const id = await idOf(service, member.email)
  await service.browser().send('POST', '/api/recoveries', { email: member.email })
  const before = await service.mailbox.next(member.email)
  const keep = await makeLink(service.owner, 'keep-account', { accountId: id })

  const disabled = await boss.send('POST', `/api/admin/accounts/${id}/disable`, { reason: 'Spam {link}' })
  expect([disabled.statusCode, disabled.body]).toEqual([204, ''])
  expect((await member.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  const mail = await service.mailbox.next(member.email)
  expect(mail.subject).toBe('Your account at Accounts was disabled')
  expect(mail.text).toContain('Spam {link}')
  expect(await service.owner`select from links where account_id = ${id}`).toHaveLength(0)

  // What was mailed before is void, and what is asked for now is not written.
  const { email, password } = member
  const stranger = service.browser()
  const reset = await stranger.send('POST', '/api/recoveries/reset', {
    token: before.code,
    password: 'nine red kites',
  })
  expect(reset.code).toBe('LINK_INVALID')
  expect((await stranger.send('POST', '/api/account/keep', { token: keep })).statusCode).toBeGreaterThan(399)
  expect((await stranger.send('POST', '/api/session', { email, password })).code).toBe('WRONG_CREDENTIALS')
  await stranger.send('POST', '/api/sign-ups', { email, password })
  expect((await service.mailbox.next(email)).subject).toBe('You have an account at Accounts already')
  await stranger.send('POST', '/api/recoveries', { email })
  // Even who makes it active by mistake does not enable it.
  await service.owner.begin(async (tx) => {
    await tx`update accounts set status = 'leaving', erase_at = now() where id = ${id}`
    await tx`update accounts set status = 'active', erase_at = null where id = ${id}`
  })
  expect(await service.owner`select status from accounts where id = ${id}`).toEqual([{ status: 'disabled' }])

  expect((await boss.send('POST', `/api/admin/accounts/${id}/enable`, {})).statusCode).toBe(204)
  expect((await service.mailbox.next(email)).subject).toBe('Your account at Accounts works again')
  expect((await stranger.send('POST', '/api/session', { email, password })).statusCode).toBeLessThan(300)
  expect(await historyOf(service, id)).toEqual([
    { event: 'account-disabled', actorId: boss.id, details: { ended: 1, reason: 'Spam {link}' } },
    { event: 'account-enabled', actorId: boss.id, details: {} },
  ])
})

test('doing what is done already changes nothing and is written down once', async () => {
  const service = await withService()
  const boss = await adminOf(service)
  const { id, email } = await memberOf(service)
  const path = `/api/admin/accounts/${id}`
  const eight = await Promise.all(Array.from({ length: 8 }, () => boss.send('POST', `${path}/disable`, {})))
  expect(eight.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(204))
  for (const act of ['enable', 'enable']) await boss.send('POST', `${path}/${act}`, {})
  for (const role of ['admin', 'admin', 'member']) await boss.send('POST', `${path}/role`, { role })
  expect((await historyOf(service, id)).map(({ event }) => event)).toEqual([
    'account-disabled',
    'account-enabled',
    'role-changed',
    'role-changed',
  ])
  for (const subject of ['was disabled', 'works again', 'an admin', 'no longer'])
    expect((await service.mailbox.next(email)).subject).toContain(subject)
})

test('an admin starts a reset and never sees its link', async () => {
  const service = await withService()
  const boss = await adminOf(service)
  const { id, email, password } = await memberOf(service)
  const asked = await boss.send('POST', `/api/admin/accounts/${id}/reset`, {})
  expect([asked.statusCode, asked.body]).toEqual([204, ''])
  const { code, text } = await service.mailbox.next(email)
  expect(text).toContain(`https://app.example.com/reset#${code}`)
  const visitor = service.browser()
  // Until then the password is what it was.
  expect((await visitor.send('POST', '/api/session', { email, password })).statusCode).toBeLessThan(300)
  const changed = await visitor.send('POST', '/api/recoveries/reset', {
    token: code,
    password: 'nine red kites',
  })
  expect(changed.statusCode).toBe(200)
  for (let times = 0; times < 3; times += 1) await boss.send('POST', `/api/admin/accounts/${id}/reset`, {})
  expect((await boss.send('POST', `/api/admin/accounts/${id}/reset`, {})).code).toBe('TOO_MANY_TRIES')
  await boss.send('POST', `/api/admin/accounts/${id}/disable`, {})
  expect((await boss.send('POST', `/api/admin/accounts/${id}/reset`, {})).code).toBe('NOT_ACTIVE')
})

test('sessions of one account end, or those of everybody but the admin', async () => {
  const service = await withService()
  const boss = await adminOf(service)
  const [one, other] = [await service.signedIn(), await service.signedIn()]
  const id = await idOf(service, one.email)
  expect((await boss.send('POST', `/api/admin/accounts/${id}/end-sessions`, {})).json()).toEqual({ ended: 1 })
  expect((await one.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect((await other.send('GET', '/api/session')).statusCode).toBe(200)
  expect((await boss.send('POST', '/api/admin/sessions/end-all', {})).json()).toEqual({ ended: 1 })
  expect((await other.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect((await boss.send('GET', '/api/session')).statusCode).toBe(200)
  const own = `/api/admin/accounts/${boss.id}/end-sessions`
  expect((await boss.send('POST', own, {})).json()).toEqual({ ended: 0 })
  expect(await historyOf(service, id)).toEqual([
    { event: 'sessions-ended', actorId: boss.id, details: { ended: 1 } },
  ])
  expect(await historyOf(service, await idOf(service, other.email))).toEqual([
    { event: 'sessions-ended', actorId: boss.id, details: { ended: 1, everybody: true } },
  ])
  expect(await historyOf(service, boss.id)).toEqual([
    { event: 'sessions-ended', actorId: boss.id, details: { ended: 1, everybody: true } },
    { event: 'sessions-ended', actorId: boss.id, details: { ended: 0 } },
  ])
})

test('no admin acts on itself, and of two who take each other’s role one stays', async () => {
  const service = await withService()
  const [one, other] = [await adminOf(service), await adminOf(service)]
  for (const act of ['disable', 'delete', 'role']) {
    const path = `/api/admin/accounts/${one.id}/${act}`
    const refused = await one.send('POST', path, act === 'role' ? { role: 'member' } : {})
    expect([refused.statusCode, refused.code]).toEqual([409, 'NOT_YOURSELF'])
  }
  const leaving = await one.send('DELETE', '/api/account', { password: one.password })
  expect(leaving.statusCode).toBeGreaterThan(399)
  // Both have passed every check before either may act.
  const both = await service.owner.begin(async (tx) => {
    await tx`select from accounts where role = 'admin' for update`
    const sent = Promise.all([
      one.send('POST', `/api/admin/accounts/${other.id}/role`, { role: 'member' }),
      other.send('POST', `/api/admin/accounts/${one.id}/disable`, {}),
    ])
    for (;;) {
      // A wait for a row names no database: it is this one's if who waits holds something here.
      const waiting = await tx`
        select from pg_locks as wanted
        where not granted and locktype in ('transactionid', 'tuple') and exists (
          select from pg_locks as held join pg_database on pg_database.oid = held.database
          where held.pid = wanted.pid and datname = current_database())`
      if (waiting.length >= 2) return { sent }
      await sleep(20)
    }
  })
  const codes = (await both.sent).map(({ statusCode, code }) => code ?? statusCode)
  expect(new Set(codes)).toEqual(new Set([204, 'NOT_ALLOWED']))
  expect(await service.owner`select from accounts where role = 'admin' and status = 'active'`).toHaveLength(1)
})

test('an account that an admin deletes leaves in 14 days, and its owner may keep it', async () => {
  const service = await withService()
  const boss = await adminOf(service)
  const member = await service.signedIn()
  const id = await idOf(service, member.email)
  expect((await boss.send('POST', `/api/admin/accounts/${id}/delete`, {})).statusCode).toBe(204)
  expect((await member.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect(
    await service.owner`select status, erase_at - now() between interval '13 days' and '14 days' as due from accounts where id = ${id}`,
  ).toEqual([{ status: 'leaving', due: true }])
  const { code } = await service.mailbox.next(member.email)
  // Kept out meanwhile, it can be kept from being erased, but it stays disabled.
  await boss.send('POST', `/api/admin/accounts/${id}/disable`, {})
  const keep = (token: string) => service.browser().send('POST', '/api/account/keep', { token })
  expect((await keep(code)).code).toBe('LINK_INVALID')
  const later = await makeLink(service.owner, 'keep-account', { accountId: id })
  expect((await keep(later)).statusCode).toBe(200)
  const status = async () =>
    (await service.owner`select status from accounts where id = ${id}`)[0]?.['status']
  expect(await status()).toBe('disabled')
  await boss.send('POST', `/api/admin/accounts/${id}/delete`, {})
  expect(await status()).toBe('leaving')
  await boss.send('POST', `/api/admin/accounts/${id}/enable`, {})
  expect(await status()).toBe('active')
  expect((await historyOf(service, id)).map(({ event }) => event)).toEqual([
    'account-leaving',
    'account-disabled',
    'account-leaving',
    'account-enabled',
  ])
})

test('who was made an admin is one after signing in again, and one who no longer is does not', async () => {
  const service = await withService()
  const boss = await adminOf(service)
  const member = await service.signedIn()
  const id = await idOf(service, member.email)
  await boss.send('POST', `/api/admin/accounts/${id}/role`, { role: 'admin' })
  expect((await member.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  const second = service.browser({ site: 'admin' })
  const { email, password } = member
  const signedIn = await second.send('POST', '/api/session', { email, password })
  expect(signedIn.json()).toMatchObject({ next: 'enrol-factor' })
  await service.owner`update accounts set role = 'member' where id = ${id}`
  expect((await second.send('GET', '/api/admin/accounts')).code).toBe('NOT_ALLOWED')
})

test('only an active account becomes an admin, and any admin can lose the role', async () => {
  const service = await withService()
  const [boss, other] = [await adminOf(service), await adminOf(service)]
  const path = `/api/admin/accounts/${other.id}`
  await boss.send('POST', `${path}/disable`, {})
  expect((await boss.send('POST', `${path}/role`, { role: 'member' })).statusCode).toBe(204)
  const again = await boss.send('POST', `${path}/role`, { role: 'admin' })
  expect([again.statusCode, again.code]).toEqual([409, 'NOT_ACTIVE'])
})

test('whatever is wrong with an act is said, and nothing is done', async () => {
  const service = await withService()
  const boss = await adminOf(service)
  const { id } = await memberOf(service)
  const path = `/api/admin/accounts/${id}`
  for (const [url, body] of [
    [`${path}/role`, {}],
    [`${path}/role`, null],
    [`${path}/role`, []],
    [`${path}/role`, { role: 'owner' }],
    [`${path}/role`, { role: ['admin'] }],
    [`${path}/role`, { role: 'admin', status: 'active' }],
    [`${path}/disable`, { reason: 'a\u0000b' }],
    [`${path}/disable`, { reason: 'a\r\nBcc: x@example.org' }],
    [`${path}/disable`, { reason: 'a'.repeat(501) }],
    [`${path}/disable`, { reason: null }],
    [`${path}/enable`, { password: 'chosen by an admin' }],
    [`${path}/reset`, { password: 'chosen by an admin' }],
    ['/api/admin/accounts/1/disable', {}],
    ["/api/admin/accounts/'/disable", {}],
  ] as const) {
    const { statusCode, code } = await boss.send('POST', url, JSON.stringify(body), {
      headers: { 'content-type': 'application/json' },
    })
    expect([url, body, statusCode, code]).toEqual([url, body, 400, 'INVALID_INPUT'])
  }
  const nobody = '/api/admin/accounts/00000000-0000-4000-8000-000000000000'
  expect((await boss.send('POST', `${nobody}/disable`, {})).code).toBe('NOT_FOUND')
  expect((await boss.send('GET', nobody)).code).toBe('NOT_FOUND')
  expect((await boss.send('GET', `${path}/disable`)).statusCode).toBe(405)
  expect(await historyOf(service, id)).toEqual([])
})
