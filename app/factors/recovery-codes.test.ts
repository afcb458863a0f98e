import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { plainOf } from './recovery-codes.ts'
import { addApp, addPasskeyTo, halfSignedIn, told } from './testing.ts'

test('a recovery code signs in once, however it is typed, and its owner is told how many are left', async () => {
  const { signedIn, browser, mailbox } = await withService()
  const ada = await signedIn()
  const { recoveryCodes } = await addApp(ada)
  expect((await mailbox.next(ada.email)).subject).toContain('was added')
  const recoveryCode = (recoveryCodes[3] ?? '').toUpperCase().replaceAll('-', ' ')
  const first = await halfSignedIn(browser(), ada)
  expect(told(await first.send('POST', '/api/session/second-factor', { recoveryCode }))).toBe('204')
  expect((await first.send('GET', '/api/session')).json()).toMatchObject({ confirmed: true })
  expect((await first.send('GET', '/api/factors')).json().recoveryCodes.left).toBe(9)
  const mails = [await mailbox.next(ada.email), await mailbox.next(ada.email)]
  const used = mails.find(({ subject }) => subject === 'A recovery code for Accounts was used')
  expect(used?.text).toContain('Codes left: 9.')
  const second = await halfSignedIn(browser(), ada)
  expect(told(await second.send('POST', '/api/session/second-factor', { recoveryCode }))).toBe(
    '403 WRONG_CODE',
  )
})

test('of eight who send one recovery code at once, one comes in', async () => {
  const { signedIn, browser, owner } = await withService()
  const ada = await signedIn()
  const { recoveryCodes } = await addApp(ada)
  const all = []
  for (let count = 0; count < 8; count += 1) all.push(await halfSignedIn(browser(), ada))
  const answers = await Promise.all(
    all.map((each) => each.send('POST', '/api/session/second-factor', { recoveryCode: recoveryCodes[0] })),
  )
  expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1)
  expect(await owner`select count(*)::int as n from recovery_codes`).toMatchObject([{ n: 9 }])
})

test('new codes end the old ones; both are told by mail and history', async () => {
  const { signedIn, browser, mailbox, owner } = await withService()
  const ada = await signedIn()
  const { recoveryCodes: old } = await addApp(ada)
  const made = await ada.send('POST', '/api/factors/recovery-codes')
  expect(made.statusCode).toBe(201)
  const { recoveryCodes } = made.json()
  expect(new Set([...old, ...recoveryCodes]).size).toBe(20)
  await mailbox.next(ada.email)
  expect((await mailbox.next(ada.email)).subject).toBe('New recovery codes for Accounts')
  const next = await halfSignedIn(browser(), ada)
  const send = (recoveryCode: string) => next.send('POST', '/api/session/second-factor', { recoveryCode })
  expect(told(await send(old[0] ?? ''))).toBe('403 WRONG_CODE')
  expect(told(await send(recoveryCodes[0]))).toBe('204')
  const events = await owner`
    select event, details from history where event like 'recovery%' order by id`
  expect(events.map(({ event, details }) => [event, details])).toEqual([
    ['recovery-codes-made', {}],
    ['recovery-codes-made', {}],
    ['recovery-code-used', { left: 9 }],
  ])
})

test('codes are of one account, and of one that has a factor', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const bob = await signedIn()
  expect(told(await bob.send('POST', '/api/factors/recovery-codes'))).toBe('403 ENROL_FACTOR_FIRST')
  const { recoveryCodes } = await addApp(ada)
  await addPasskeyTo(bob)
  const thief = await halfSignedIn(browser(), bob)
  expect(
    told(await thief.send('POST', '/api/session/second-factor', { recoveryCode: recoveryCodes[0] })),
  ).toBe('403 WRONG_CODE')
  expect(told(await browser().send('POST', '/api/factors/recovery-codes'))).toBe('401 NOT_SIGNED_IN')
})

test('what people make of a code while writing it down is read as the code', () => {
  expect(plainOf(' K3V9-oOil 2222\t3333 ')).toBe('k3v9001122223333')
})
