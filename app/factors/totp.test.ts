import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { SoftwareAuthenticator } from './software-authenticator.ts'
import { addApp, codesOf, halfSignedIn, told } from './testing.ts'
import { stepOf } from './totp.ts'

test('an authenticator app counts once a code of it was shown, and brings ten recovery codes', async () => {
  const { signedIn, mailbox, owner } = await withService()
  const ada = await signedIn()
  const made = (await ada.send('POST', '/api/factors/totp')).json()
  expect(made).toEqual({
    secret: expect.stringMatching(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/),
    uri: `otpauth://totp/Accounts:${encodeURIComponent(ada.email)}?issuer=Accounts&secret=${made.secret.replaceAll(' ', '')}&algorithm=SHA1&digits=6&period=30`,
    qr: expect.stringMatching(/^<svg .*<\/svg>$/),
  })
  expect(made.qr).not.toMatch(/style=|<script/)
  expect((await ada.send('GET', '/api/factors')).json()).toEqual({
    factors: [],
    recoveryCodes: { left: 0, madeAt: null },
  })
  expect(told(await ada.send('POST', '/api/factors/totp/confirm', { code: '000000' }))).toBe('403 WRONG_CODE')
  const before = ada.cookies.get('__Host-session')
  const code = codesOf(made.secret)()
  const confirmed = await ada.send('POST', '/api/factors/totp/confirm', {
    code: ` ${code.slice(0, 3)} ${code.slice(3)}`,
  })
  expect(confirmed.json().recoveryCodes).toEqual(
    Array.from({ length: 10 }, () =>
      expect.stringMatching(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/),
    ),
  )
  expect(ada.cookies.get('__Host-session')).not.toBe(before)
  expect((await ada.send('GET', '/api/factors')).json()).toEqual({
    factors: [
      {
        id: expect.any(String),
        kind: 'totp',
        name: '',
        createdAt: expect.any(String),
        usedAt: expect.any(String),
      },
    ],
    recoveryCodes: { left: 10, madeAt: expect.any(String) },
  })
  const mail = await mailbox.next(ada.email)
  expect(mail.subject).toBe('A second factor was added to your account at Accounts')
  expect(mail.text).toContain(
    'added an authenticator app as a second factor to your account, from Firefox on Linux',
  )
  const events =
    await owner`select event from history where event like 'factor%' or event like 'recovery%' order by id`
  expect(events.map(({ event }) => event)).toEqual(['factor-added', 'recovery-codes-made'])
})

test('the secret and the recovery codes can not be read out of the database', async () => {
  const { signedIn, owner } = await withService()
  const ada = await signedIn()
  const secret = (await ada.send('POST', '/api/factors/totp')).json().secret.replaceAll(' ', '')
  const waiting = await owner`select content::text from sessions`
  const confirmed = await ada.send('POST', '/api/factors/totp/confirm', { code: codesOf(secret)() })
  const [stored] = await owner`select encode(secret, 'hex') as hex from factors`
  const { Secret } = await import('otpauth')
  const { hex } = Secret.fromBase32(secret)
  expect(stored?.['hex']).toHaveLength((12 + 16 + 20) * 2)
  expect(stored?.['hex']).not.toContain(hex.toLowerCase())
  expect(JSON.stringify(waiting)).not.toContain(secret)
  expect(JSON.stringify(waiting)).not.toContain(Buffer.from(hex, 'hex').toString('base64').slice(0, 20))
  const codes =
    await owner`select encode(code_hash, 'escape') as text, length(code_hash) as bytes from recovery_codes`
  expect(codes.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 10 }, () => 32))
  expect(JSON.stringify(codes)).not.toContain(confirmed.json().recoveryCodes[0].replaceAll('-', ''))
})

test('a code works once, in this step and its neighbours', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const app = await addApp(ada)
  const code = app.code()
  const first = await halfSignedIn(browser(), ada)
  expect(told(await first.send('POST', '/api/session/second-factor', { code }))).toBe('204')
  const second = await halfSignedIn(browser(), ada)
  expect(told(await second.send('POST', '/api/session/second-factor', { code }))).toBe('403 WRONG_CODE')
  // That of the step before was never shown, but time goes on.
  expect(told(await second.send('POST', '/api/session/second-factor', { code: app.code(-1) }))).toBe(
    '403 WRONG_CODE',
  )
  expect(told(await second.send('POST', '/api/session/second-factor', { code: app.code(1) }))).toBe('204')
  for (const steps of [-2, 3, 20]) {
    const late = await halfSignedIn(browser(), ada)
    expect(told(await late.send('POST', '/api/session/second-factor', { code: app.code(steps) }))).toBe(
      '403 WRONG_CODE',
    )
  }
})

test('of eight who send one code at once, one comes in', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const { code } = await addApp(ada)
  const all = []
  for (let count = 0; count < 8; count += 1) all.push(await halfSignedIn(browser(), ada))
  const answers = await Promise.all(
    all.map((each) => each.send('POST', '/api/session/second-factor', { code: code() })),
  )
  expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1)
  const inside = await Promise.all(all.map((each) => each.send('GET', '/api/session')))
  expect(inside.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
})

test('the same confirmation eight times at once adds one app and makes one set of codes', async () => {
  const { signedIn, owner } = await withService()
  const ada = await signedIn()
  const { secret } = (await ada.send('POST', '/api/factors/totp')).json()
  const code = codesOf(secret)()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => ada.send('POST', '/api/factors/totp/confirm', { code })),
  )
  const [done, ...refused] = answers.map(told).toSorted()
  expect(done).toBe('200')
  // The session of the others is the one of before, or gone.
  for (const each of refused) expect(['403 WRONG_CODE', '401 NOT_SIGNED_IN']).toContain(each)
  expect(await owner`select count(*)::int as n from factors`).toMatchObject([{ n: 1 }])
  expect(await owner`select count(*)::int as n from recovery_codes`).toMatchObject([{ n: 10 }])
  expect(await owner`select count(*)::int as n from history where event = 'factor-added'`).toMatchObject([
    { n: 1 },
  ])
})

test('an app and a passkey that are added at once bring one set of recovery codes', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const other = browser()
  await other.send('POST', '/api/session', { email: ada.email, password: ada.password })
  const { secret } = (await ada.send('POST', '/api/factors/totp')).json()
  const options = (await other.send('POST', '/api/factors/passkeys/options')).json()
  const passkey = new SoftwareAuthenticator('https://app.example.com').create(options)
  const answers = await Promise.all([
    ada.send('POST', '/api/factors/totp/confirm', { code: codesOf(secret)() }),
    other.send('POST', '/api/factors/passkeys', { passkey }),
  ])
  // Who comes second may have to show the first one's factor before.
  expect(answers.filter(({ statusCode }) => statusCode < 300).length).toBeGreaterThan(0)
  expect(answers.filter(({ body }) => body.includes('recoveryCodes'))).toHaveLength(1)
  expect(await owner`select count(*)::int as n from recovery_codes`).toMatchObject([{ n: 10 }])
})

test('a new app takes the place of the old one, and recovery codes stay', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const old = await addApp(ada)
  const app = await addApp(ada)
  expect(app.recoveryCodes).toEqual([])
  const next = await halfSignedIn(browser(), ada)
  expect(told(await next.send('POST', '/api/session/second-factor', { code: old.code() }))).toBe(
    '403 WRONG_CODE',
  )
  expect(told(await next.send('POST', '/api/session/second-factor', { code: app.code() }))).toBe('204')
  expect((await next.send('GET', '/api/factors')).json().factors).toHaveLength(1)
})

test('nothing but six digits of the right moment is a code', async () => {
  const secret = randomBytes(20)
  const nowMs = 1_800_000_000_000
  for (const code of ['', ' ', '12345', '1234567', '１２３４５６', '-00001', '1e5   ', 'NaN', '\0\0\0\0\0\0'])
    expect(await stepOf(code, secret, nowMs), code).toBeUndefined()
  const { Secret, TOTP } = await import('otpauth')
  const key = new Secret({ buffer: new Uint8Array(secret).buffer })
  for (const [steps, step] of [
    [-2, undefined],
    [-1, 59_999_999],
    [0, 60_000_000],
    [1, 60_000_001],
    [2, undefined],
  ] as const) {
    const code = TOTP.generate({ secret: key, timestamp: nowMs + steps * 30_000 })
    expect(await stepOf(code, secret, nowMs)).toBe(step)
  }
})

test('a secret that waits ends after fifteen minutes, and is nobody else’s', async () => {
  const { signedIn, owner } = await withService()
  const ada = await signedIn()
  const bob = await signedIn()
  const { secret } = (await ada.send('POST', '/api/factors/totp')).json()
  const code = codesOf(secret)
  expect(told(await bob.send('POST', '/api/factors/totp/confirm', { code: code() }))).toBe('403 WRONG_CODE')
  await owner`update sessions set content = jsonb_set(content, '{totp,until}', '1') where content ? 'totp'`
  expect(told(await ada.send('POST', '/api/factors/totp/confirm', { code: code() }))).toBe('403 WRONG_CODE')
})

test('what is no code is refused with a reason', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const confirm = (body: unknown) => ada.send('POST', '/api/factors/totp/confirm', body)
  for (const body of [
    {},
    [],
    null,
    { code: null },
    { code: 123456 },
    { code: ['123456'] },
    { code: '' },
    { code: '1'.repeat(61) },
    { code: '123456', more: 1 },
  ])
    expect(told(await confirm(body)), JSON.stringify(body)).toBe('400 INVALID_INPUT')
  expect(told(await confirm({ code: '12\u0000456' }))).toBe('403 WRONG_CODE')
  expect(told(await browser().send('POST', '/api/factors/totp'))).toBe('401 NOT_SIGNED_IN')
  expect(told(await browser().send('POST', '/api/factors/totp/confirm', { code: '123456' }))).toBe(
    '401 NOT_SIGNED_IN',
  )
})
