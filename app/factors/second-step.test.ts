import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { addApp, addPasskeyTo, halfSignedIn, signWith, told } from './testing.ts'

test('the right password alone signs nobody in where there is a factor', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const { code } = await addApp(ada)
  const { send, cookies } = browser()
  const { email, password } = ada
  const wrong = await send('POST', '/api/session', { email, password: 'not the password' })
  expect(told(wrong)).toBe('401 WRONG_CREDENTIALS')
  const half = await send('POST', '/api/session', { email, password })
  expect([half.statusCode, half.json()]).toEqual([
    200,
    { next: 'second-factor', methods: ['totp', 'recovery-code'] },
  ])
  for (const [method, path] of [
    ['GET', '/api/session'],
    ['GET', '/api/sessions'],
    ['GET', '/api/factors'],
    ['POST', '/api/factors/totp'],
    ['POST', '/api/factors/recovery-codes'],
    ['POST', '/api/factors/passkeys/options'],
    ['DELETE', '/api/sessions'],
  ] as const)
    expect(told(await send(method, path)), path).toBe('401 NOT_SIGNED_IN')
  expect(told(await send('POST', '/api/session/confirm', { password }))).toBe('401 NOT_SIGNED_IN')
  expect(await owner`select from history where event = 'signed-in'`).toHaveLength(1)
  const before = cookies.get('__Host-session')
  expect(told(await send('POST', '/api/session/second-factor', { code: code() }))).toBe('204')
  expect(cookies.get('__Host-session')).not.toBe(before)
  expect((await send('GET', '/api/session')).json()).toMatchObject({ account: { email }, confirmed: true })
  expect(await owner`select from pending_sign_ins`).toHaveLength(0)
  // The id of before, which somebody may have seen, means nothing.
  cookies.set('__Host-session', before ?? '')
  expect(told(await send('GET', '/api/session'))).toBe('401 NOT_SIGNED_IN')
})

test('methods are what the account has', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const { email, password } = ada
  const visitor = browser()
  const half = await visitor.send('POST', '/api/session', { email, password })
  expect(half.json()).toEqual({ next: 'second-factor', methods: ['passkey', 'recovery-code'] })
  const options = (await visitor.send('POST', '/api/session/passkey/options')).json()
  expect(options.allowCredentials).toEqual([{ type: 'public-key', id: key.id, transports: ['internal'] }])
  const passkey = key.get(options)
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey }))).toBe('204')
})

test('after five wrong codes it begins anew, and the owner hears once a day of who knows the password', async () => {
  const { signedIn, browser, mailbox, owner } = await withService()
  const ada = await signedIn()
  const { code } = await addApp(ada)
  await mailbox.next(ada.email)
  const thief = await halfSignedIn(browser(), ada)
  const guess = () => thief.send('POST', '/api/session/second-factor', { code: '000000' })
  for (let tries = 0; tries < 4; tries += 1) expect(told(await guess())).toBe('403 WRONG_CODE')
  expect(told(await guess())).toBe('401 SIGN_IN_AGAIN')
  expect(told(await thief.send('POST', '/api/session/second-factor', { code: code() }))).toBe(
    '401 SIGN_IN_AGAIN',
  )
  const mail = await mailbox.next(ada.email)
  expect(mail.subject).toBe('Somebody knows your password for Accounts')
  // Beginning anew helps nobody who guesses: codes are counted for the account too.
  await halfSignedIn(thief, ada)
  expect(told(await guess())).toBe('429 TOO_MANY_TRIES')
  await owner`delete from limits`
  for (let tries = 0; tries < 5; tries += 1) await guess()
  expect(await owner`select from outbox where template = 'wrong-codes'`).toHaveLength(0)
  const events = await owner`select details from history where event = 'factor-failed' order by id`
  expect(events.map(({ details }) => details['ended'] === true)).toEqual([
    false,
    false,
    false,
    false,
    true,
    false,
    false,
    false,
    false,
    true,
  ])
  expect(mailbox.mails.filter(({ subject }) => subject.startsWith('Somebody knows'))).toHaveLength(1)
})

test('twenty guesses at once, and as many one by one, are five', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  await addApp(ada)
  const thief = await halfSignedIn(browser(), ada)
  const guess = () => thief.send('POST', '/api/session/second-factor', { code: '000000' })
  // One that has just failed may count as under way, too: it is less than five at times, and never more.
  const answers = await Promise.all(Array.from({ length: 20 }, guess))
  for (let times = 0; times < 20; times += 1) answers.push(await guess())
  expect(answers.filter(({ code }) => code === 'WRONG_CODE')).toHaveLength(4)
  expect(await owner`select from history where event = 'factor-failed'`).toHaveLength(5)
})

test('of four guesses at once with one try left, one is looked at', async () => {
  const { signedIn, browser, owner } = await withService({}, 100)
  const ada = await signedIn()
  await addApp(ada)
  const thief = await halfSignedIn(browser(), ada)
  await owner`update pending_sign_ins set tries_left = 1`
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => thief.send('POST', '/api/session/second-factor', { code: '000000' })),
  )
  expect(answers.map(told)).toEqual(Array.from({ length: 4 }, () => '401 SIGN_IN_AGAIN'))
  expect(await owner`select from history where event = 'factor-failed'`).toHaveLength(1)
})

test('who stole the password can not use up the tries of the owner, whose browser is known', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const { code } = await addApp(ada)
  const thief = await halfSignedIn(browser(), ada)
  for (let tries = 0; tries < 5; tries += 1)
    await thief.send('POST', '/api/session/second-factor', { code: '000000' })
  await halfSignedIn(thief, ada)
  const stopped = await thief.send('POST', '/api/session/second-factor', { code: code() })
  expect(told(stopped)).toBe('429 TOO_MANY_TRIES')
  expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(0)
  await halfSignedIn(ada, ada)
  expect(told(await ada.send('POST', '/api/session/second-factor', { code: code() }))).toBe('204')
})

test('a sign-in waits ten minutes for its second step, and ends with the password and with the account', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const { code } = await addApp(ada)
  const second = (half: { send: typeof ada.send }) =>
    half.send('POST', '/api/session/second-factor', { code: code() })
  const late = await halfSignedIn(browser(), ada)
  await owner`update pending_sign_ins set expires_at = now()`
  expect(told(await second(late))).toBe('401 SIGN_IN_AGAIN')
  const overtaken = await halfSignedIn(browser(), ada)
  const change = { currentPassword: ada.password, newPassword: 'eleven red carts' }
  expect(told(await ada.send('PUT', '/api/password', change))).toBe('204')
  expect(told(await second(overtaken))).toBe('401 SIGN_IN_AGAIN')
  const disabled = await halfSignedIn(browser(), { ...ada, password: 'eleven red carts' })
  await owner`update accounts set status = 'disabled'`
  expect(told(await second(disabled))).toBe('401 SIGN_IN_AGAIN')
  expect(told(await second(browser()))).toBe('401 SIGN_IN_AGAIN')
})

test('a sign-in that waits ends the session of before, and another’s code does not end it', async () => {
  const { signedIn } = await withService()
  const ada = await signedIn()
  const bob = await signedIn()
  await addApp(ada)
  const bobs = await addApp(bob)
  await halfSignedIn(bob, ada)
  expect(told(await bob.send('GET', '/api/session'))).toBe('401 NOT_SIGNED_IN')
  expect(told(await bob.send('POST', '/api/session/second-factor', { code: bobs.code() }))).toBe(
    '403 WRONG_CODE',
  )
})

test('what is no second factor is refused with a reason', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const { code } = await addApp(ada)
  const half = await halfSignedIn(browser(), ada)
  for (const body of [
    {},
    [],
    null,
    { code: null },
    { code: 123456 },
    { code: code(), recoveryCode: 'aaaa' },
    { code: code(), accountId: '1' },
    { recoveryCode: ['a'] },
    { recoveryCode: 'a'.repeat(61) },
  ])
    expect(told(await half.send('POST', '/api/session/second-factor', body)), JSON.stringify(body)).toBe(
      '400 INVALID_INPUT',
    )
  expect(told(await half.send('POST', '/api/session/second-factor', { recoveryCode: '\0' }))).toBe(
    '403 WRONG_CODE',
  )
  expect(told(await half.send('POST', '/api/session/second-factor', { code: '\r\n' }))).toBe('403 WRONG_CODE')
})

test('a passkey signs in by itself beside a sign-in that waits', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const bob = await signedIn()
  await addApp(ada)
  const { key } = await addPasskeyTo(bob)
  const half = await halfSignedIn(browser(), ada)
  const passkey = await signWith(half, key)
  expect(told(await half.send('POST', '/api/session/passkey', { passkey }))).toBe('204')
  expect((await half.send('GET', '/api/session')).json().account.email).toBe(bob.email)
})
