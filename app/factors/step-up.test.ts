import { expect, onTestFinished, test, vi } from 'vitest'
import type { TestService } from '../testing.ts'
import { withService } from '../testing.ts'
import { addApp, addPasskeyTo, signWith, told } from './testing.ts'

/** As if everybody had shown who they are eleven minutes ago. */
const later = ({ owner }: TestService) => owner`
  update sessions set confirmed_at = confirmed_at - interval '11 minutes', factor_at = factor_at - interval '11 minutes'`

test('without a factor the password confirms, for ten minutes and under a new session id', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  await later(service)
  for (const path of ['/api/factors/totp', '/api/factors/passkeys/options', '/api/factors/recovery-codes'])
    expect(told(await ada.send('POST', path)), path).toBe('403 CONFIRM_FIRST')
  expect((await ada.send('GET', '/api/session')).json().confirmed).toBe(false)
  const before = ada.cookies.get('__Host-session') ?? ''
  const wrong = await ada.send('POST', '/api/session/confirm', { password: 'not the password' })
  expect(told(wrong)).toBe('403 WRONG_PASSWORD')
  expect((await ada.send('GET', '/api/session')).json().confirmed).toBe(false)
  expect(told(await ada.send('POST', '/api/session/confirm', { password: ada.password }))).toBe('204')
  const after = ada.cookies.get('__Host-session') ?? ''
  expect(after).not.toBe(before)
  expect((await ada.send('GET', '/api/session')).json().confirmed).toBe(true)
  expect(told(await ada.send('POST', '/api/factors/totp'))).toBe('201')
  ada.cookies.set('__Host-session', before)
  expect(told(await ada.send('GET', '/api/session'))).toBe('401 NOT_SIGNED_IN')
  const events = await service.owner`select details from history where event = 'confirmed'`
  expect(events).toMatchObject([{ details: { by: 'password' } }])
})

test('with a factor only a factor confirms: a code once, a recovery code, a passkey', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const { code, recoveryCodes } = await addApp(ada)
  const { key } = await addPasskeyTo(ada)
  const confirm = (shown: unknown) => ada.send('POST', '/api/session/confirm', shown)
  const isConfirmed = async () => (await ada.send('GET', '/api/session')).json().confirmed
  expect(await isConfirmed()).toBe(true)
  const rightClock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 60_000)
  onTestFinished(() => rightClock.mockRestore())
  // Shown while the clock was ahead by a minute.
  expect(await isConfirmed()).toBe(false)
  rightClock.mockRestore()
  await later(service)
  expect(told(await confirm({ password: ada.password }))).toBe('403 FACTOR_NEEDED')
  expect(await isConfirmed()).toBe(false)
  const used = code()
  expect(told(await confirm({ code: used }))).toBe('204')
  expect(await isConfirmed()).toBe(true)
  await later(service)
  expect(told(await confirm({ code: used }))).toBe('403 WRONG_CODE')
  expect(told(await confirm({ recoveryCode: recoveryCodes[0] }))).toBe('204')
  expect(await isConfirmed()).toBe(true)
  await later(service)
  expect(told(await confirm({ recoveryCode: recoveryCodes[0] }))).toBe('403 WRONG_CODE')
  const passkey = await signWith(ada, key)
  expect(told(await confirm({ passkey }))).toBe('204')
  expect(await isConfirmed()).toBe(true)
  expect(told(await confirm({ passkey }))).toBe('403 WRONG_PASSKEY')
  const events = await service.owner`select details from history where event = 'confirmed' order by id`
  expect(events.map(({ details }) => details['by'])).toEqual(['totp', 'recovery-code', 'passkey'])
})

test('a password change does not confirm where there is a factor', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  await addApp(ada)
  await later(service)
  const change = { currentPassword: ada.password, newPassword: 'eleven red carts' }
  expect(told(await ada.send('PUT', '/api/password', change))).toBe('204')
  expect((await ada.send('GET', '/api/session')).json().confirmed).toBe(false)
})

test('a session from before the first factor confirms by that factor too', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const { email, password } = ada
  const other = service.browser()
  expect(told(await other.send('POST', '/api/session', { email, password }))).toBe('204')
  const { code } = await addApp(ada)
  expect(told(await other.send('POST', '/api/factors/recovery-codes'))).toBe('403 CONFIRM_FIRST')
  expect(told(await other.send('POST', '/api/session/confirm', { code: code() }))).toBe('204')
  expect(told(await other.send('POST', '/api/factors/recovery-codes'))).toBe('201')
})

test('another account’s passkey or code confirms nothing', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const bob = await service.signedIn()
  await addApp(ada)
  const bobs = await addPasskeyTo(bob)
  await later(service)
  const options = (await ada.send('POST', '/api/session/passkey/options')).json()
  const passkey = bobs.key.get(options)
  expect(told(await ada.send('POST', '/api/session/confirm', { passkey }))).toBe('403 WRONG_PASSKEY')
  const [recoveryCode] = bobs.recoveryCodes
  expect(told(await ada.send('POST', '/api/session/confirm', { recoveryCode }))).toBe('403 WRONG_CODE')
  expect((await ada.send('GET', '/api/session')).json().confirmed).toBe(false)
})

test('wrong codes are counted', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const { code } = await addApp(ada)
  const wrong = () => ada.send('POST', '/api/session/confirm', { code: '000000' })
  const atOnce = await Promise.all(Array.from({ length: 12 }, wrong))
  const tried = atOnce.filter(({ code: refused }) => refused === 'WRONG_CODE').length
  expect(tried).toBeGreaterThan(0)
  expect(tried).toBeLessThanOrEqual(5)
  for (let tries = tried; tries < 5; tries += 1) expect(told(await wrong())).toBe('403 WRONG_CODE')
  expect(told(await wrong())).toBe('429 TOO_MANY_TRIES')
  expect(told(await ada.send('POST', '/api/session/confirm', { code: code() }))).toBe('429 TOO_MANY_TRIES')
})

test('what shows nothing is refused with a reason', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const confirm = (body: unknown) => ada.send('POST', '/api/session/confirm', body)
  for (const body of [
    {},
    [],
    null,
    { password: null },
    { password: '' },
    { password: ada.password, code: '123456' },
    { password: ada.password, more: 1 },
    { code: 7 },
    { passkey: {} },
    { passkey: null },
  ])
    expect(told(await confirm(body)), JSON.stringify(body)).toBe('400 INVALID_INPUT')
  expect(told(await confirm({ password: '\0' }))).toBe('403 WRONG_PASSWORD')
  expect(told(await browser().send('POST', '/api/session/confirm', { password: 'x' }))).toBe(
    '401 NOT_SIGNED_IN',
  )
})
