import { afterAll, beforeAll, expect, test } from 'vitest'
import { addApp, addPasskeyTo } from '../factors/testing.ts'
import { startService, type TestService } from '../testing.ts'

let it: TestService
beforeAll(async () => {
  it = await startService()
})
afterAll(() => it.close())

const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Version/18.0 Safari/604.1'
const notMe = (token: unknown, body: object = { token }) => it.browser().send('POST', '/api/not-me', body)

test('the link of a notice ends every session, forgets every browser, and voids what was asked for', async () => {
  const ada = await it.signedIn()
  const stranger = it.browser({ userAgent: phone })
  const credentials = { email: ada.email, password: ada.password }
  await stranger.send('POST', '/api/session', credentials)
  const notice = await it.mailbox.next(ada.email)
  expect(notice.subject).toBe('New sign-in to Accounts')
  expect(notice.text).toContain(`https://app.example.com/not-me#${notice.code}`)
  await stranger.send('POST', '/api/recoveries', { email: ada.email })
  const { code: reset } = await it.mailbox.next(ada.email)

  const ended = await notMe(notice.code)
  expect([ended.statusCode, ended.json()]).toEqual([
    200,
    { message: 'Everybody is signed out of your account. Choose a new password now' },
  ])
  for (const browser of [ada, stranger])
    expect((await browser.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect(
    (await ada.send('POST', '/api/recoveries/reset', { token: reset, password: 'ten green boats' })).code,
  ).toBe('LINK_INVALID')
  expect((await notMe(notice.code)).code).toBe('LINK_INVALID')

  // Whoever signs in next is not taken for the first one ever: its owner is told.
  await stranger.send('POST', '/api/session', credentials)
  expect((await it.mailbox.next(ada.email)).text).toContain('from Safari on iPhone')
  const { entries } = (await stranger.send('GET', '/api/account/history')).json<{ entries: object[] }>()
  expect(entries).toContainEqual(
    expect.objectContaining({ event: 'sessions-ended', byAdmin: false, details: { ended: 2, notMe: true } }),
  )
})

test('of eight who send the code at once, one gets through; after thirty days nobody does', async () => {
  const ada = await it.signedIn()
  await it.browser().send('POST', '/api/session', { email: ada.email, password: ada.password })
  const { code } = await it.mailbox.next(ada.email)
  const [{ days } = { days: 0 }] = await it.owner<{ days: number }[]>`
    select extract(day from expires_at - created_at)::int as days from links where purpose = 'end-sessions'
    order by created_at desc limit 1`
  expect(days).toBe(30)
  await it.owner`update links set expires_at = now() where purpose = 'end-sessions'`
  expect((await notMe(code)).code).toBe('LINK_INVALID')
  expect((await ada.send('GET', '/api/session')).statusCode).toBe(200)
  await it.owner`update links set expires_at = now() + interval '1 day' where purpose = 'end-sessions'`
  const sent = await Promise.all(Array.from({ length: 8 }, () => notMe(code)))
  expect(sent.map(({ code: why = '' }) => why).toSorted()).toEqual([
    '',
    ...Array.from({ length: 7 }, () => 'LINK_INVALID'),
  ])
})

test.each([
  [{}],
  [[]],
  [{ token: null }],
  [{ token: 7 }],
  [{ token: ['x'] }],
  [{ token: '' }],
  [{ token: '\u0000' }],
  [{ token: 'x'.repeat(43) }],
  [{ token: 'x'.repeat(201) }],
  [{ token: 'x', account: 'y' }],
])('%j ends nothing and tells nothing', async (body) => {
  const { statusCode, code } = await notMe(undefined, body)
  expect([statusCode, code]).toEqual([400, expect.stringMatching(/^(LINK_INVALID|INVALID_INPUT)$/)])
})

test('whoever guesses codes has to wait after twenty', async () => {
  const guesser = it.browser({ address: '203.0.113.7' })
  const codes = []
  for (let tries = 0; tries < 21; tries += 1)
    codes.push((await guesser.send('POST', '/api/not-me', { token: `guess ${tries}` })).code)
  expect(codes).toEqual([...Array.from({ length: 20 }, () => 'LINK_INVALID'), 'TOO_MANY_TRIES'])
})

test('a stranger who adds the first factor loses it to the owner, who then chooses a new password', async () => {
  const ada = await it.signedIn()
  const stranger = it.browser({ userAgent: phone })
  await stranger.send('POST', '/api/session', { email: ada.email, password: ada.password })
  await it.mailbox.next(ada.email)
  const { recoveryCodes } = await addApp(stranger)
  const first = await it.mailbox.next(ada.email)
  expect(first.text).toContain('From now on\nsigning in asks for it')
  await addPasskeyTo(stranger)
  const second = await it.mailbox.next(ada.email)
  expect(second.subject).toBe(first.subject)

  // Whichever of its mails the owner takes the link of.
  expect((await notMe(second.code)).statusCode).toBe(200)
  expect((await it.mailbox.next(ada.email)).subject).toContain('taken away')
  expect((await stranger.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  await ada.send('POST', '/api/recoveries', { email: ada.email })
  const { code: token } = await it.mailbox.next(ada.email)
  const password = 'ten green boats'
  expect((await ada.send('POST', '/api/recoveries/reset', { token, password })).statusCode).toBe(200)
  expect((await ada.send('POST', '/api/session', { email: ada.email, password })).statusCode).toBe(204)
  expect((await ada.send('GET', '/api/factors')).json()).toMatchObject({
    factors: [],
    recoveryCodes: { left: 0 },
  })
  expect(recoveryCodes).toHaveLength(10)
  const { entries } = (await ada.send('GET', '/api/account/history')).json<{ entries: object[] }>()
  expect(entries).toContainEqual(
    expect.objectContaining({ event: 'factor-removed', details: { factor: 'all', removed: 2, notMe: true } }),
  )
})

test('factors of an account that had one three days ago stay, whoever reads its mails', async () => {
  const ada = await it.signedIn()
  await addApp(ada)
  const { code } = await it.mailbox.next(ada.email)
  await it.owner`update accounts set first_factor_at = now() - interval '73 hours' where email = ${ada.email}`
  await addPasskeyTo(ada)
  await it.mailbox.next(ada.email)
  expect((await notMe(code)).statusCode).toBe(200)
  const kept =
    await it.owner`select kind from factors join accounts a on a.id = account_id where email = ${ada.email}`
  expect(kept).toHaveLength(2)
})
