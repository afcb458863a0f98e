import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, withService, type TestService } from '../testing.ts'
import { SoftwareAuthenticator, type Lies } from './software-authenticator.ts'
import { addApp, addPasskeyTo, halfSignedIn, signWith, told } from './testing.ts'

const origin = 'https://app.example.com'

/** For tests that need but an account of their own. */
let shared: TestService
beforeAll(async () => {
  shared = await startService()
})
afterAll(() => shared.close())

test('a passkey is added with a name, and signs in by itself', async () => {
  const { signedIn, browser, mailbox, owner } = await withService()
  const ada = await signedIn({ name: 'Ada' })
  const options = (await ada.send('POST', '/api/factors/passkeys/options')).json()
  expect(options).toEqual({
    rp: { id: 'example.com', name: 'Accounts' },
    user: { id: expect.stringMatching(/^[\w-]{22}$/), name: ada.email, displayName: 'Ada' },
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    timeout: 300_000,
    attestation: 'none',
    excludeCredentials: [],
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
  })
  const key = new SoftwareAuthenticator(origin)
  const before = ada.cookies.get('__Host-session')
  const added = await ada.send('POST', '/api/factors/passkeys', {
    name: 'Ada’s phone',
    passkey: key.create(options),
  })
  expect([added.statusCode, added.json()]).toEqual([
    201,
    { id: expect.any(String), recoveryCodes: expect.any(Array) },
  ])
  expect(ada.cookies.get('__Host-session')).not.toBe(before)
  expect((await ada.send('GET', '/api/factors')).json()).toMatchObject({
    factors: [{ id: added.json().id, kind: 'passkey', name: 'Ada’s phone' }],
    recoveryCodes: { left: 10 },
  })
  expect((await mailbox.next(ada.email)).text).toContain('added a passkey as a second factor')

  const visitor = browser()
  const asked = (await visitor.send('POST', '/api/session/passkey/options')).json()
  expect(asked).toEqual({
    rpId: 'example.com',
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    timeout: 300_000,
    userVerification: 'required',
    allowCredentials: [],
  })
  const anonymous = visitor.cookies.get('__Host-session')
  const passkey = key.get(asked)
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey }))).toBe('204')
  expect(visitor.cookies.get('__Host-session')).not.toBe(anonymous)
  expect((await visitor.send('GET', '/api/session')).json()).toMatchObject({
    account: { email: ada.email },
    confirmed: true,
  })
  expect(await owner`select counter::int from factors`).toMatchObject([{ counter: 2 }])
})

test('an account has several passkeys, of other devices, and each once', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const first = await addPasskeyTo(ada)
  const second = await addPasskeyTo(ada)
  expect(second.recoveryCodes).toEqual([])
  const options = (await ada.send('POST', '/api/factors/passkeys/options')).json()
  expect(options.excludeCredentials.map(({ id }: { id: string }) => id).toSorted()).toEqual(
    [first.key.id, second.key.id].toSorted(),
  )
  const again = await ada.send('POST', '/api/factors/passkeys', { passkey: first.key.create(options) })
  expect(told(again)).toBe('403 WRONG_PASSKEY')
  // Nor does another account get one that is known.
  const bob = await signedIn()
  const stolen = (await bob.send('POST', '/api/factors/passkeys/options')).json()
  expect(told(await bob.send('POST', '/api/factors/passkeys', { passkey: first.key.create(stolen) }))).toBe(
    '403 WRONG_PASSKEY',
  )
  expect((await bob.send('GET', '/api/factors')).json().factors).toEqual([])
  const names = (await ada.send('GET', '/api/factors'))
    .json()
    .factors.map(({ name }: { name: string }) => name)
  expect(names).toEqual(['Firefox on Linux', 'Firefox on Linux'])
  const visitor = browser()
  const passkey = await signWith(visitor, second.key)
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey }))).toBe('204')
})

test('twenty passkeys are enough', async () => {
  const { signedIn, owner } = await withService()
  const ada = await signedIn()
  await addPasskeyTo(ada)
  await owner`
    insert into factors (account_id, kind, credential_id, public_key)
    select account_id, 'passkey', 'k' || n, public_key from factors, generate_series(1, 19) n`
  const options = (await ada.send('POST', '/api/factors/passkeys/options')).json()
  const passkey = new SoftwareAuthenticator(origin).create(options)
  expect(told(await ada.send('POST', '/api/factors/passkeys', { passkey }))).toBe('409 FACTORS_FULL')
})

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const strangeKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const challenge = Buffer.alloc(32).toString('base64url')
const lies: [string, Lies][] = [
  ['of another origin', { origin: 'https://app.example.org' }],
  ['of a look-alike origin', { origin: 'https://app.example.com.evil.test' }],
  ['of the other site', { origin: 'https://admin.example.com' }],
  ['of the same host without TLS', { origin: 'http://app.example.com' }],
  ['for another name', { rpId: 'app.example.com' }],
  ['of another kind', { type: 'webauthn.other' }],
  ['of a challenge that nobody gave', { challenge }],
  ['without a finger or a PIN', { verified: false }],
  ['without anybody there', { present: false }],
]

test.each([
  ...lies,
  ['signed by another key', { key: strangeKey }],
  ['of another account', { userHandle: Buffer.alloc(16).toString('base64url') }],
  ['with a counter that stands still', { counter: 1 }],
  ['with a counter that went back', { counter: 0 }],
] satisfies [string, Lies][])('nobody comes in with a signature %s', async (_what, lie) => {
  const { signedIn, browser } = shared
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const visitor = browser()
  const options = (await visitor.send('POST', '/api/session/passkey/options')).json()
  const passkey = key.get(options, lie)
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey }))).toBe('403 WRONG_PASSKEY')
  expect(told(await visitor.send('GET', '/api/session'))).toBe('401 NOT_SIGNED_IN')
})

test.each(lies)('no passkey is added %s', async (_what, lie) => {
  const { signedIn } = shared
  const ada = await signedIn()
  const options = (await ada.send('POST', '/api/factors/passkeys/options')).json()
  const passkey = new SoftwareAuthenticator(origin).create(options, lie)
  expect(told(await ada.send('POST', '/api/factors/passkeys', { passkey }))).toBe('403 WRONG_PASSKEY')
  expect((await ada.send('GET', '/api/factors')).json().factors).toEqual([])
})

test('a challenge is good once, for five minutes, in the session that asked for it', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const visitor = browser()
  const passkey = await signWith(visitor, key)
  // A wrong try uses it up too.
  const changed = { ...passkey, response: { ...passkey.response, signature: 'AAAA' } }
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey: changed }))).toBe(
    '403 WRONG_PASSKEY',
  )
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey }))).toBe('403 WRONG_PASSKEY')

  const good = await signWith(visitor, key)
  const thief = browser()
  await thief.send('POST', '/api/session/passkey/options')
  expect(told(await thief.send('POST', '/api/session/passkey', { passkey: good }))).toBe('403 WRONG_PASSKEY')
  const session = visitor.cookies.get('__Host-session') ?? ''
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey: good }))).toBe('204')
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey: good }))).toBe(
    '403 WRONG_PASSKEY',
  )
  visitor.cookies.set('__Host-session', session)
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey: good }))).toBe(
    '403 WRONG_PASSKEY',
  )

  const late = await signWith(visitor, key)
  await owner`update challenges set expires_at = now()`
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey: late }))).toBe(
    '403 WRONG_PASSKEY',
  )
  const [lifetime] = await owner`
    with made as (insert into challenges (challenge_hash, id_hash) select '', id_hash from sessions limit 1 returning expires_at)
    select extract(epoch from expires_at - now())::int as seconds from made`
  expect(lifetime).toEqual({ seconds: 300 })
})

test('of eight who send one signature at once, one comes in', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const visitor = browser()
  const passkey = await signWith(visitor, key)
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => visitor.send('POST', '/api/session/passkey', { passkey })),
  )
  expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1)
  expect(await owner`select from history where event = 'signed-in'`).toHaveLength(2)
})

test('of four signatures with the same count at once, as of a copied key, one comes in', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const all = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const visitor = browser()
      return { visitor, passkey: await signWith(visitor, key, { counter: 9 }) }
    }),
  )
  const answers = await Promise.all(
    all.map(({ visitor, passkey }) => visitor.send('POST', '/api/session/passkey', { passkey })),
  )
  expect(answers.map(told).toSorted()).toEqual([
    '204',
    ...Array.from({ length: 3 }, () => '403 WRONG_PASSKEY'),
  ])
})

test('a signature for signing in adds no passkey, and one for adding does not sign in', async () => {
  const { signedIn } = await withService()
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const creation = (await ada.send('POST', '/api/factors/passkeys/options')).json()
  const passkey = key.get({ ...creation, rpId: 'example.com' }, { type: 'webauthn.create' })
  expect(told(await ada.send('POST', '/api/session/passkey', { passkey }))).toBe('403 WRONG_PASSKEY')
  const asked = (await ada.send('POST', '/api/session/passkey/options')).json()
  const made = new SoftwareAuthenticator(origin).create(
    { ...creation, challenge: asked.challenge },
    { type: 'webauthn.get' },
  )
  expect(told(await ada.send('POST', '/api/factors/passkeys', { passkey: made }))).toBe('403 WRONG_PASSKEY')
})

test('a passkey of an account that may not sign in does not either', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const onAdminSite = browser({ site: 'admin' })
  const there = await signWith(onAdminSite, key, { origin: 'https://admin.example.com' })
  expect(told(await onAdminSite.send('POST', '/api/session/passkey', { passkey: there }))).toBe(
    '403 WRONG_PASSKEY',
  )
  await owner`update accounts set status = 'disabled'`
  const visitor = browser()
  const passkey = await signWith(visitor, key)
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey }))).toBe('403 WRONG_PASSKEY')
})

test('a removed passkey signs nobody in', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  await addApp(ada)
  const { key, id } = await addPasskeyTo(ada)
  expect(told(await ada.send('DELETE', `/api/factors/${id}`))).toBe('204')
  const visitor = browser()
  const passkey = await signWith(visitor, key)
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey }))).toBe('403 WRONG_PASSKEY')
})

test('what is no passkey is refused with a reason, and never a 500', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const good = await signWith(ada, key)
  const send = (passkey: unknown) => ada.send('POST', '/api/session/passkey', { passkey })
  const { response } = good
  for (const bad of [
    null,
    [],
    'x',
    {},
    { ...good, id: null },
    { ...good, id: 'a b' },
    { ...good, id: 'a\0' },
    { ...good, id: 'a'.repeat(1365) },
    { ...good, type: 'password' },
    { ...good, response: null },
    { ...good, response: { ...response, signature: ['x'] } },
    { ...good, response: { ...response, clientDataJSON: 'a'.repeat(4001) } },
    { ...good, response: { ...response, userHandle: 1 } },
  ])
    expect(told(await send(bad)), JSON.stringify(bad)?.slice(0, 80)).toBe('400 INVALID_INPUT')
  for (const bad of [
    { ...good, id: 'unknown', rawId: 'unknown' },
    { ...good, rawId: 'another' },
    ...['_', 'AAAA', json(null), json(7), json([]), json({}), json({ challenge: 7 })].map(
      (clientDataJSON) => ({
        ...good,
        response: { ...response, clientDataJSON },
      }),
    ),
    { ...good, response: { ...response, clientDataJSON: json({ challenge: '\0' }) } },
  ])
    expect(told(await send(bad))).toBe('403 WRONG_PASSKEY')
  for (const authenticatorData of ['A', 'AAAA', 'A'.repeat(50), '_'.repeat(400)]) {
    const fresh = await signWith(ada, key)
    expect(told(await send({ ...fresh, response: { ...fresh.response, authenticatorData } }))).toBe(
      '403 WRONG_PASSKEY',
    )
  }
  for (const attestationObject of ['A', 'oA', '_'.repeat(400), json({})]) {
    const options = (await ada.send('POST', '/api/factors/passkeys/options')).json()
    const made = new SoftwareAuthenticator(origin).create(options)
    const passkey = { ...made, response: { ...made.response, attestationObject } }
    expect(told(await ada.send('POST', '/api/factors/passkeys', { passkey }))).toBe('403 WRONG_PASSKEY')
  }
  for (const name of ['a'.repeat(101), 'a\nb', 'a\0', 7, null]) {
    const passkey = new SoftwareAuthenticator(origin).create(
      (await ada.send('POST', '/api/factors/passkeys/options')).json(),
    )
    expect(told(await ada.send('POST', '/api/factors/passkeys', { name, passkey }))).toBe('400 INVALID_INPUT')
  }
  const options = (await ada.send('POST', '/api/factors/passkeys/options')).json()
  const made = new SoftwareAuthenticator(origin).create(options)
  const stranger = browser()
  expect(told(await stranger.send('POST', '/api/factors/passkeys/options'))).toBe('401 NOT_SIGNED_IN')
  expect(told(await stranger.send('POST', '/api/factors/passkeys', { passkey: made }))).toBe(
    '401 NOT_SIGNED_IN',
  )
})

test('challenges are bounded for a network, and those that are over are cleared away', async () => {
  const { browser, owner } = await withService()
  const { send } = browser()
  for (let count = 0; count < 3; count += 1) await send('POST', '/api/session/passkey/options')
  expect(await owner`select from sessions`).toHaveLength(1)
  expect(await owner`select from challenges`).toHaveLength(3)
  await owner`update challenges set expires_at = now() - interval '1 second'`
  await send('POST', '/api/session/passkey/options')
  expect(await owner`select from challenges`).toHaveLength(1)
  const all = await Promise.all(
    Array.from({ length: 70 }, () => send('POST', '/api/session/passkey/options')),
  )
  expect(all.filter(({ code }) => code === 'TOO_MANY_TRIES').length).toBeGreaterThan(5)
})

test('a passkey of the account is a second step', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const { key } = await addPasskeyTo(ada)
  const half = await halfSignedIn(browser(), ada)
  const passkey = await signWith(half, key)
  expect(told(await half.send('POST', '/api/session/passkey', { passkey }))).toBe('204')
  expect((await half.send('GET', '/api/session')).json().account.email).toBe(ada.email)
})
