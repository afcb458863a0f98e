import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { addApp, addPasskeyTo, halfSignedIn, told } from './testing.ts'

test('a factor is removed by its owner, who is told; recovery codes go with the last', async () => {
  const { signedIn, browser, mailbox, owner } = await withService()
  const ada = await signedIn()
  await addApp(ada)
  const { id } = await addPasskeyTo(ada)
  await mailbox.next(ada.email)
  await mailbox.next(ada.email)
  const [app] = (await ada.send('GET', '/api/factors')).json().factors
  expect(told(await ada.send('DELETE', `/api/factors/${app.id}`))).toBe('204')
  const mail = await mailbox.next(ada.email)
  expect(mail.subject).toBe('A second factor was removed from your account at Accounts')
  expect(mail.text).toContain(
    'removed an authenticator app from the second factors of your account, from Firefox on Linux',
  )
  expect((await ada.send('GET', '/api/factors')).json().recoveryCodes.left).toBe(10)
  expect(told(await ada.send('DELETE', `/api/factors/${app.id}`))).toBe('404 NOT_FOUND')
  expect(told(await ada.send('DELETE', `/api/factors/${id}`))).toBe('204')
  expect((await ada.send('GET', '/api/factors')).json()).toEqual({
    factors: [],
    recoveryCodes: { left: 0, madeAt: null },
  })
  const { email, password } = ada
  expect(told(await browser().send('POST', '/api/session', { email, password }))).toBe('204')
  const events = await owner`select details from history where event = 'factor-removed' order by id`
  expect(events.map(({ details }) => details)).toEqual([{ factor: 'totp' }, { factor: 'passkey' }])
})

test('another’s factor is as unknown as one that never was', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const bob = await signedIn()
  const { id } = await addPasskeyTo(ada)
  await addPasskeyTo(bob)
  expect(told(await bob.send('DELETE', `/api/factors/${id}`))).toBe('404 NOT_FOUND')
  expect(told(await bob.send('DELETE', '/api/factors/00000000-0000-4000-8000-000000000000'))).toBe(
    '404 NOT_FOUND',
  )
  expect(told(await bob.send('DELETE', '/api/factors/1'))).toBe('400 INVALID_INPUT')
  expect(told(await bob.send('DELETE', '/api/factors/%00'))).toBe('400 INVALID_INPUT')
  expect(told(await browser().send('DELETE', `/api/factors/${id}`))).toBe('401 NOT_SIGNED_IN')
  expect(told(await browser().send('GET', '/api/factors'))).toBe('401 NOT_SIGNED_IN')
  expect((await bob.send('GET', '/api/factors')).json().factors).toHaveLength(1)
  expect(await owner`select from factors`).toHaveLength(2)
})

test('factors are removed only soon after showing one', async () => {
  const { signedIn, owner } = await withService()
  const ada = await signedIn()
  const { id } = await addPasskeyTo(ada)
  await owner`update sessions set factor_at = now() - interval '11 minutes'`
  expect(told(await ada.send('DELETE', `/api/factors/${id}`))).toBe('403 CONFIRM_FIRST')
  expect(told(await ada.send('POST', '/api/session/confirm', { password: ada.password }))).toBe(
    '403 FACTOR_NEEDED',
  )
  expect(told(await ada.send('DELETE', `/api/factors/${id}`))).toBe('403 CONFIRM_FIRST')
})

test('an admin without a factor is signed in to add one, and to nothing else', async () => {
  const { account, browser, owner } = await withService()
  const { email, password } = await account()
  await owner`update accounts set role = 'admin'`
  for (const site of ['app', 'admin'] as const) {
    await owner`delete from factors`
    const admin = browser({ site })
    const step = await admin.send('POST', '/api/session', { email, password })
    expect([step.statusCode, step.json()]).toEqual([
      200,
      { next: 'enrol-factor', methods: ['totp', 'passkey'] },
    ])
    const closed = [
      ['GET', '/api/session'],
      ['GET', '/api/sessions'],
      ['DELETE', '/api/sessions'],
      ['DELETE', '/api/sessions/00000000-0000-4000-8000-000000000000'],
      ['POST', '/api/factors/recovery-codes'],
      ['DELETE', '/api/factors/00000000-0000-4000-8000-000000000000'],
    ] as const
    for (const [method, path] of closed)
      expect(told(await admin.send(method, path)), path).toBe('403 ENROL_FACTOR_FIRST')
    const change = { currentPassword: password, newPassword: 'eleven red carts' }
    expect(told(await admin.send('PUT', '/api/password', change))).toBe('403 ENROL_FACTOR_FIRST')
    expect((await admin.send('GET', '/api/factors')).json().factors).toEqual([])
    await owner`update sessions set confirmed_at = now() - interval '11 minutes'`
    expect(told(await admin.send('POST', '/api/factors/totp'))).toBe('403 CONFIRM_FIRST')
    expect(told(await admin.send('POST', '/api/session/confirm', { password }))).toBe('204')
    await addApp(admin)
    expect((await admin.send('GET', '/api/session')).json().account.role).toBe('admin')
    expect(told(await admin.send('DELETE', '/api/session'))).toBe('204')
  }
})

test('an admin keeps the last factor, also when two are removed at once', async () => {
  const { signedIn, owner } = await withService()
  const ada = await signedIn()
  await addApp(ada)
  await addPasskeyTo(ada)
  await owner`update accounts set role = 'admin'`
  const { factors } = (await ada.send('GET', '/api/factors')).json<{ factors: { id: string }[] }>()
  const answers = await Promise.all(factors.map(({ id }) => ada.send('DELETE', `/api/factors/${id}`)))
  expect(answers.map(told).toSorted()).toEqual(['204', '409 LAST_FACTOR'])
  expect((await ada.send('GET', '/api/factors')).json()).toMatchObject({
    factors: [{}],
    recoveryCodes: { left: 10 },
  })
})

test('an admin works only in sessions in which a factor was shown', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const { email, password } = ada
  const other = browser()
  expect(told(await other.send('POST', '/api/session', { email, password }))).toBe('204')
  const { code } = await addApp(ada)
  await owner`update accounts set role = 'admin'`
  expect(told(await ada.send('GET', '/api/session'))).toBe('200')
  expect(told(await other.send('GET', '/api/session'))).toBe('403 FACTOR_NEEDED')
  expect(told(await other.send('POST', '/api/session/confirm', { code: code() }))).toBe('204')
  expect(told(await other.send('GET', '/api/session'))).toBe('200')
  const onAdminSite = await halfSignedIn(browser({ site: 'admin' }), ada)
  expect(told(await onAdminSite.send('POST', '/api/session/second-factor', { code: code(1) }))).toBe('204')
  expect((await onAdminSite.send('GET', '/api/session')).json().account.role).toBe('admin')
})

test('somebody who is no admin any more ends no sign-in on the admins’ site', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const { code } = await addApp(ada)
  await owner`update accounts set role = 'admin'`
  const half = await halfSignedIn(browser({ site: 'admin' }), ada)
  await owner`update accounts set role = 'member'`
  expect(told(await half.send('POST', '/api/session/second-factor', { code: code() }))).toBe(
    '401 SIGN_IN_AGAIN',
  )
})
