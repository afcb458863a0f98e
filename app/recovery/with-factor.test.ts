import { expect, test } from 'vitest'
import { addApp, addPasskeyTo, halfSignedIn, told } from '../factors/testing.ts'
import { withService, type Browser, type TestService } from '../testing.ts'

const password = 'eleven red carts'

async function linkFor({ mailbox, browser }: TestService, email: string): Promise<string> {
  await browser().send('POST', '/api/recoveries', { email })
  for (;;) {
    const mail = await mailbox.next(email)
    if (mail.subject.startsWith('Choose a new password')) return mail.code
  }
}

const resetBy = ({ send }: Browser, fields: Record<string, unknown>) =>
  send('POST', '/api/recoveries/reset', { password, ...fields })

test('a mailed link alone gives no new password where there is a factor', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const { code } = await addApp(ada)
  const token = await linkFor(service, ada.email)
  const visitor = service.browser()
  expect(told(await resetBy(visitor, { token }))).toBe('403 FACTOR_NEEDED')
  // Only who holds a link that works is told.
  expect(told(await resetBy(visitor, { token: 'x'.repeat(43) }))).toBe('400 LINK_INVALID')
  expect(told(await resetBy(visitor, { token, code: '000000' }))).toBe('403 WRONG_CODE')
  // A password that may not be is told of before the code is used up.
  expect(told(await resetBy(visitor, { token, password: 'short', code: code() }))).toBe(
    '422 PASSWORD_REFUSED',
  )
  expect(told(await resetBy(visitor, { token, code: code() }))).toBe('200')
  expect(told(await resetBy(visitor, { token, code: code(1) }))).toBe('400 LINK_INVALID')
  expect(told(await ada.send('GET', '/api/session'))).toBe('401 NOT_SIGNED_IN')
  // Nobody is signed in by it, and the factor is asked for as before.
  expect(told(await visitor.send('GET', '/api/session'))).toBe('401 NOT_SIGNED_IN')
  const half = await halfSignedIn(service.browser(), { ...ada, password })
  expect(told(await half.send('POST', '/api/session/second-factor', { code: code() }))).toBe('403 WRONG_CODE')
})

test('a recovery code does where the app is lost, and is used up', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const { recoveryCodes } = await addPasskeyTo(ada)
  const token = await linkFor(service, ada.email)
  const visitor = service.browser()
  expect(told(await resetBy(visitor, { token, recoveryCode: 'aaaa-aaaa-aaaa-aaaa' }))).toBe('403 WRONG_CODE')
  expect(told(await resetBy(visitor, { token, recoveryCode: recoveryCodes[0] }))).toBe('200')
  const half = await halfSignedIn(service.browser(), { ...ada, password })
  const [recoveryCode] = recoveryCodes
  expect(told(await half.send('POST', '/api/session/second-factor', { recoveryCode }))).toBe('403 WRONG_CODE')
})

test('five wrong codes end the link', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const { code } = await addApp(ada)
  const token = await linkFor(service, ada.email)
  const visitor = service.browser()
  for (let tries = 0; tries < 5; tries += 1)
    expect(told(await resetBy(visitor, { token, code: '000000' }))).toBe('403 WRONG_CODE')
  await service.owner`delete from limits`
  expect(told(await resetBy(visitor, { token, code: code() }))).toBe('400 LINK_INVALID')
  expect(told(await resetBy(visitor, { token }))).toBe('400 LINK_INVALID')
  const stillHalf = await halfSignedIn(service.browser(), ada)
  expect(told(await stillHalf.send('POST', '/api/session/second-factor', { code: code() }))).toBe('204')
})

test('guesses over several links are counted for the account', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const { code } = await addApp(ada)
  const tokens = [await linkFor(service, ada.email), await linkFor(service, ada.email)]
  const visitor = service.browser()
  for (let tries = 0; tries < 5; tries += 1) await resetBy(visitor, { token: tokens[0], code: '000000' })
  expect(told(await resetBy(visitor, { token: tokens[1], code: code() }))).toBe('429 TOO_MANY_TRIES')
})

test('of eight resets with one code at once, one is done', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const { recoveryCodes } = await addApp(ada)
  const token = await linkFor(service, ada.email)
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => resetBy(service.browser(), { token, recoveryCode: recoveryCodes[0] })),
  )
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
  expect(await service.owner`select from recovery_codes`).toHaveLength(9)
})

test('without a factor a code is not asked for', async () => {
  const service = await withService()
  const ada = await service.signedIn()
  const token = await linkFor(service, ada.email)
  expect(told(await resetBy(service.browser(), { token, code: null }))).toBe('400 INVALID_INPUT')
  expect(told(await resetBy(service.browser(), { token }))).toBe('200')
})
