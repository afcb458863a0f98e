import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { addApp, addPasskeyTo, signWith, told } from './testing.ts'

test('wrong passwords, codes and passkeys of a step-up count as failures, as at a sign-in, and right ones do not', async () => {
  const { signedIn, browser, service } = await withService()
  const failures = () => service.parts.counters.of('sign-in-failures')
  const ada = await signedIn()
  const confirm = async (shown: object) => told(await ada.send('POST', '/api/session/confirm', shown))
  expect([await confirm({ password: 'not the password' }), failures()]).toEqual(['403 WRONG_PASSWORD', 1])
  expect([await confirm({ password: ada.password }), failures()]).toEqual(['204', 1])

  const { code } = await addApp(ada)
  const { key } = await addPasskeyTo(ada)
  expect([await confirm({ code: code(40) }), failures()]).toEqual(['403 WRONG_CODE', 2])
  expect([await confirm({ code: code() }), failures()]).toEqual(['204', 2])
  const forged = await signWith(ada, key, { origin: 'https://evil.example' })
  expect([await confirm({ passkey: forged }), failures()]).toEqual(['403 WRONG_PASSKEY', 3])
  expect([await confirm({ passkey: await signWith(ada, key) }), failures()]).toEqual(['204', 3])

  // Another's is a good one, and not hers.
  const bob = await signedIn()
  const { key: other } = await addPasskeyTo(bob)
  const passkey = await signWith(ada, other)
  expect([await confirm({ passkey }), failures()]).toEqual(['403 WRONG_PASSKEY', 4])

  const visitor = browser()
  const signed = await signWith(visitor, key)
  const come = async () => told(await visitor.send('POST', '/api/session/passkey', { passkey: signed }))
  expect([await come(), failures()]).toEqual(['204', 4])
  expect([await come(), failures()]).toEqual(['403 WRONG_PASSKEY', 5])
})

test('a visitor’s session lives for ten minutes, and for ten more with each new challenge', async () => {
  const { signedIn, browser, owner } = await withService()
  const { key } = await addPasskeyTo(await signedIn())
  const visitor = browser()
  await visitor.send('POST', '/api/session/passkey/options')
  const left = async (): Promise<number> =>
    (
      await owner<[{ minutes: number }]>`
      select round(extract(epoch from expires_at - now()) / 60)::int as minutes from sessions where account_id is null`
    )[0].minutes
  expect(await left()).toBe(10)
  await owner`update sessions set expires_at = now() + interval '20 seconds' where account_id is null`
  const passkey = await signWith(visitor, key)
  expect(await left()).toBe(10)
  expect(told(await visitor.send('POST', '/api/session/passkey', { passkey }))).toBe('204')
  // Of whoever is signed in a challenge makes no session longer, nor shorter.
  await visitor.send('POST', '/api/session/passkey/options')
  const [{ days }] = await owner<[{ days: number }]>`
    select round(extract(epoch from min(expires_at) - now()) / 86400)::int as days from sessions`
  expect(days).toBe(30)
})
