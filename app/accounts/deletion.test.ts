import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type Browser, type Person, type TestService } from '../testing.ts'

let it: TestService
beforeAll(async () => {
  it = await startService()
})
afterAll(() => it.close())

const inDays = (days: number): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(
    Date.now() + days * 86_400_000,
  )
const leave = ({ send, password }: Browser & Person) => send('DELETE', '/api/account', { password })
const keep = (token: unknown) => it.browser().send('POST', '/api/account/keep', { token })
const signIn = ({ email, password }: Person) => it.browser().send('POST', '/api/session', { email, password })
const accountOf = async ({ email }: Person): Promise<{ id: string; status: string } | undefined> =>
  (
    await it.owner<{ id: string; status: string }[]>`select id, status from accounts where email = ${email}`
  )[0]

test('who deletes an account is out everywhere, and can keep it for 14 days', async () => {
  const ada = await it.signedIn()
  const other = it.browser()
  await other.send('POST', '/api/session', { email: ada.email, password: ada.password })
  await it.mailbox.next(ada.email)
  const left = await leave(ada)
  expect([left.statusCode, left.json(), left.headers['clear-site-data']]).toEqual([
    200,
    {
      message:
        'Your account is closed. We have sent you a mail that says until when you can keep it after all',
    },
    '"cache", "storage"',
  ])
  expect((await ada.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect((await other.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect((await signIn(ada)).code).toBe('WRONG_CREDENTIALS')
  const mail = await it.mailbox.next(ada.email)
  expect(mail.text).toContain(`https://app.example.com/account/keep#${mail.code}`)
  expect(mail.text).toContain(`On ${inDays(14)} all that is kept about you is erased for good`)
  expect(mail.text).toContain('No mail will tell you then')

  const kept = await keep(mail.code)
  expect([kept.statusCode, kept.json(), kept.cookies]).toEqual([
    200,
    { message: 'Your account stays. Sign in' },
    [],
  ])
  expect((await keep(mail.code)).code).toBe('LINK_INVALID')
  expect((await signIn(ada)).statusCode).toBe(204)
  const events = await it.owner<{ event: string }[]>`
    select event from history where account_id = ${(await accountOf(ada))?.id ?? null} and event like 'account-%' order by id`
  expect(events.map(({ event }) => event)).toEqual(['account-created', 'account-leaving', 'account-kept'])
})

test('the service can not choose the day on which an account is erased', async () => {
  const ada = await it.signedIn()
  const { db } = it.service.parts
  const dueIn14Days = async (): Promise<unknown> =>
    (
      await it.owner`select erase_at - now() between interval '13 days' and interval '14 days' as due from accounts where email = ${ada.email}`
    )[0]
  await db`update accounts set status = 'leaving', erase_at = now() where email = ${ada.email}`
  expect(await dueIn14Days()).toEqual({ due: true })
  await db`update accounts set erase_at = now() where email = ${ada.email}`
  expect(await dueIn14Days()).toEqual({ due: true })
  await db`update accounts set status = 'active' where email = ${ada.email}`
  expect(await dueIn14Days()).toEqual({ due: null })
})

test('nothing is deleted without the password in a session that was confirmed', async () => {
  const ada = await it.signedIn()
  for (const body of [
    undefined,
    {},
    [],
    { password: null },
    { password: '' },
    { password: ['x'] },
    { password: ada.password, now: true },
  ])
    expect((await ada.send('DELETE', '/api/account', body)).statusCode).toBe(400)
  expect((await ada.send('DELETE', '/api/account', { password: 'seven blue boats' })).code).toBe(
    'WRONG_PASSWORD',
  )
  expect((await ada.send('DELETE', '/api/account', { password: '\u0000' })).code).toBe('WRONG_PASSWORD')
  await it.owner`update sessions set confirmed_at = now() - interval '11 minutes' where account_id = ${(await accountOf(ada))?.id ?? null}`
  expect((await leave(ada)).code).toBe('CONFIRM_FIRST')
  expect(await accountOf(ada)).toMatchObject({ status: 'active' })
})

test('an admin does not go before another admin has taken the role', async () => {
  const { db } = it.service.parts
  const ada = await it.signedIn()
  await it.owner`update accounts set role = 'admin' where email = ${ada.email}`
  // Admins need a second factor for everything.
  expect((await leave(ada)).code).toBe('ENROL_FACTOR_FIRST')
  await db`insert into factors (account_id, kind, secret) select id, 'totp', '\\x00' from accounts where email = ${ada.email}`
  expect((await leave(ada)).code).toBe('FACTOR_NEEDED')
  await it.owner`update sessions set factor_at = now()`
  const refused = await leave(ada)
  expect([refused.statusCode, refused.code]).toEqual([409, 'NOT_YOURSELF'])
  expect(await accountOf(ada)).toMatchObject({ status: 'active' })
})

test('passwords can not be guessed by deleting', async () => {
  const ada = await it.signedIn()
  const codes = []
  for (let tries = 0; tries < 11; tries += 1)
    codes.push((await ada.send('DELETE', '/api/account', { password: `guess ${tries}` })).code)
  expect(codes).toEqual([...Array.from({ length: 10 }, () => 'WRONG_PASSWORD'), 'TOO_MANY_TRIES'])
})

test('eight deletions at once are one, with one mail', async () => {
  const ada = await it.signedIn()
  const sent = await Promise.all(Array.from({ length: 8 }, () => leave(ada)))
  for (const { statusCode } of sent) expect([200, 401]).toContain(statusCode)
  await it.mailbox.next(ada.email)
  await expect.poll(() => it.owner`select from outbox`).toEqual([])
  expect(
    it.mailbox.mails.filter(({ to, subject }) => to === ada.email && subject.endsWith('is closed')),
  ).toHaveLength(1)
  expect(
    await it.owner`select from history where event = 'account-leaving' and account_id = ${(await accountOf(ada))?.id ?? null}`,
  ).toHaveLength(1)
})

test('of eight who keep an account at once, one does', async () => {
  const ada = await it.signedIn()
  await leave(ada)
  const mail = await it.mailbox.next(ada.email)
  const sent = await Promise.all(Array.from({ length: 8 }, () => keep(mail.code)))
  expect(sent.map(({ code = '' }) => code).toSorted()).toEqual([
    '',
    ...Array.from({ length: 7 }, () => 'LINK_INVALID'),
  ])
})

test('whoever asks for an account or a password with an address that is leaving learns by mail how to keep it', async () => {
  const ada = await it.signedIn()
  await leave(ada)
  await it.mailbox.next(ada.email)
  const stranger = it.browser()
  const asked = await stranger.send('POST', '/api/sign-ups', {
    email: ada.email,
    password: 'three red kites',
  })
  const free = await stranger.send('POST', '/api/sign-ups', {
    email: 'free@example.org',
    password: 'three red kites',
  })
  expect([asked.statusCode, asked.body]).toEqual([free.statusCode, free.body])
  const first = await it.mailbox.next(ada.email)
  expect(first.subject).toBe('Your account at Accounts is about to be erased')
  expect(first.text).toContain(`is erased on ${inDays(14)}`)
  await stranger.send('POST', '/api/recoveries', { email: ada.email })
  const second = await it.mailbox.next(ada.email)
  expect(second.subject).toBe(first.subject)
  expect(await it.owner`select from sign_ups where email = ${ada.email}`).toEqual([])
  expect((await keep(first.code)).statusCode).toBe(200)
  expect((await keep(second.code)).code).toBe('LINK_INVALID')
})

test('a link to keep does not open an account that an admin disabled, nor one that is not leaving', async () => {
  const ada = await it.signedIn()
  await leave(ada)
  const { code } = await it.mailbox.next(ada.email)
  await it.owner`update accounts set status = 'disabled', erase_at = null where email = ${ada.email}`
  expect((await keep(code)).code).toBe('LINK_INVALID')
  expect(await accountOf(ada)).toMatchObject({ status: 'disabled' })
})

test.each([[undefined], [null], [7], [[]], [''], ['\u0000'], ['x'.repeat(43)], ['x'.repeat(201)]])(
  'the code %j keeps nothing',
  async (token) => {
    const { statusCode, code } = await keep(token)
    expect([statusCode, code]).toEqual([400, expect.stringMatching(/^(LINK_INVALID|INVALID_INPUT)$/)])
  },
)
