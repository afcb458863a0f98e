import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appOf } from './authenticator-app.ts'
import { follow, noChromium, servePages, signIn, type ServedPages, timeout } from './in-chromium.ts'
import { withAuthenticator } from './virtual-authenticator.ts'

describe.skipIf(noChromium)('second factors in a browser', { timeout }, () => {
  let served: ServedPages
  beforeAll(async () => {
    served = await servePages()
  })
  afterAll(() => served.close())

  test('a person sets up an authenticator app, signs in with it, and with a recovery code', async () => {
    const person = await served.account()
    const { page, look } = await served.visit()
    await signIn(page, person)
    await follow(page.getByRole('link', { name: 'Set up Two-step sign-in' }))
    await look('factors-none')
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
    await page.waitForURL('**/account/factors/totp')
    await look('app')
    const codeNow = appOf(await page.locator('.secret').innerText())
    await page.getByLabel('Code', { exact: true }).fill('000000')
    await follow(page.getByRole('button', { name: 'Turn it on' }))
    await look('app-wrong-code')
    await page.getByLabel('Code', { exact: true }).fill(codeNow())
    await page.getByRole('button', { name: 'Turn it on' }).click()
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()
    await look('recovery-codes')
    const [recoveryCode = ''] = await page.locator('.codes li').allInnerTexts()
    await follow(page.getByRole('link', { name: 'I have kept them' }))
    await look('factors')
    await follow(page.getByRole('button', { name: 'Sign out' }))

    await signIn(page, person)
    await page.waitForURL('**/sign-in/second-factor')
    await look('second-step')
    await page.getByLabel('Code', { exact: true }).fill('')
    await follow(page.getByRole('button', { name: 'Sign in' }))
    await look('second-step-empty')
    await follow(page.getByRole('link', { name: 'Use a recovery code instead' }))
    await look('second-step-recovery')
    await page.getByLabel('Recovery code').fill('0000-0000-0000-0000')
    await follow(page.getByRole('button', { name: 'Sign in' }))
    await look('second-step-recovery-wrong')
    await page.getByLabel('Recovery code').fill(recoveryCode)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/account')

    // A lost password alone does not lead past it.
    await page.goto('/recover')
    await page.getByLabel('Email address').fill(person.email)
    await page.getByRole('button', { name: 'Send the link' }).click()
    let reset = ''
    while (!reset) {
      const mail = await served.mailbox.next(person.email)
      if (mail.text.includes('/reset#')) reset = mail.code
    }
    await page.goto(`/reset#${reset}`)
    await page.getByLabel('New password').fill('nine amber kettles')
    await follow(page.getByRole('button', { name: 'Save the new password' }))
    await look('reset-asks-for-code')
    await page.getByLabel('New password').fill('nine amber kettles')
    await served.owner`update factors set last_step = 0`
    await page.getByLabel('Code of your authenticator app').fill(codeNow())
    await page.getByRole('button', { name: 'Save the new password' }).click()
    await page.waitForURL('**/sign-in')
    expect(await page.getByRole('status').textContent()).toContain('Your password is changed')
  })

  test('a person makes a passkey, signs in with it, and removes it', async () => {
    const person = await served.account()
    const { page, look } = await served.visit()
    await withAuthenticator(page)
    await signIn(page, person)
    await page.goto('/account/factors/passkey')
    await look('passkey')
    await page.getByLabel('Name').fill('My laptop')
    await page.getByRole('button', { name: 'Create the passkey' }).click()
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()
    expect(await page.locator('.codes li').count()).toBe(10)
    await look('passkey-codes')
    await follow(page.getByRole('link', { name: 'I have kept them' }))
    await look('factors-passkey')
    await follow(page.getByRole('button', { name: 'Sign out' }))

    // The list under the address offers it, and the virtual authenticator takes it at once.
    await page.goto('/sign-in?next=%2Faccount%2Fhistory')
    await page.waitForURL('**/account/history')
    await served.owner`update sessions set factor_at = now() - interval '11 minutes'`
    await page.goto('/account/factors')
    await page.getByRole('button', { name: 'Remove My laptop' }).click()
    await page.waitForURL('**/confirm?next=%2Faccount%2Ffactors')
    await look('confirm-passkey')
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL('**/account/factors')
    await page.getByRole('button', { name: 'Remove My laptop' }).click()
    await page.getByRole('status').waitFor()
    await look('factors-removed')
  })

  test('a page of sign-in that was left open offers a passkey with a challenge that is still good', async () => {
    const person = await served.account()
    const { page } = await served.visit()
    const { finger } = await withAuthenticator(page)
    await signIn(page, person)
    await page.goto('/account/factors/passkey')
    await page.getByRole('button', { name: 'Create the passkey' }).click()
    await page.getByRole('link', { name: 'I have kept them' }).click()
    await follow(page.getByRole('button', { name: 'Sign out' }))

    await finger(false)
    await page.clock.install()
    const asked = page.waitForResponse('**/api/session/passkey/options')
    await page.goto('/sign-in')
    await asked
    await served.owner`update challenges set expires_at = now()`
    // What waits for a finger already does not feel this one.
    await finger(true)
    const later = async () => {
      await page.clock.fastForward('05:00')
      return new URL(page.url()).pathname
    }
    await expect.poll(later, { timeout: 20_000, interval: 500 }).toBe('/account')
  })
})
