import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { follow, noChromium, servePages, type ServedPages, timeout } from './in-chromium.ts'

if (noChromium) console.warn(`pages are not tried in a browser: ${noChromium}`)

describe.skipIf(noChromium)('in a browser', { timeout }, () => {
  let served: ServedPages
  beforeAll(async () => {
    served = await servePages()
  })
  afterAll(() => served.close())

  test('a person signs up, follows the mail, signs in and out', async () => {
    const { mailbox, visit } = served
    const { page, look } = await visit()
    await page.goto('/')
    await look('home')
    await follow(page.getByRole('link', { name: 'Create an account' }))
    await look('sign-up')
    await follow(page.getByRole('button', { name: 'Create account' }))
    expect(await page.title()).toBe('Error: Create an account – Ribbon & Co')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('summary')
    await look('sign-up-errors')
    await page.getByRole('link', { name: 'Enter your email address' }).click()
    await page.keyboard.type('ada@example.net')
    await page.getByLabel('Password', { exact: true }).fill('password1')
    await page.getByLabel('Name').fill('Ada <b>Lovelace</b>')
    await follow(page.getByRole('button', { name: 'Create account' }))
    await look('sign-up-common-password')
    expect(await page.getByLabel('Email address').inputValue()).toBe('ada@example.net')
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('')
    await page.getByLabel('Password', { exact: true }).fill('seven green boats')
    await page.getByRole('button', { name: 'Show password' }).click()
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('type')).toBe('text')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/sign-up/sent')
    await look('sign-up-sent')
    const { code } = await mailbox.next('ada@example.net')
    await page.goto(`/activate#${code}`)
    expect(page.url()).not.toContain(code)
    await look('activate')
    await page.getByRole('button', { name: 'Activate my account' }).click()
    await page.waitForURL('**/sign-in')
    await look('sign-in-activated')
    await page.getByLabel('Email address').fill('ada@example.net')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await follow(page.getByRole('button', { name: 'Sign in', exact: true }))
    await look('sign-in-wrong')
    await page.getByLabel('Password', { exact: true }).fill('seven green boats')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL('**/account')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    expect(await page.getByRole('status').textContent()).toBe('You are signed out.')
    await page.goto('/account')
    expect(page.url()).toContain('/sign-in?next=%2Faccount')
  })

  test('a lost password is replaced by the link of a mail', async () => {
    const { mailbox, visit, account } = served
    const { email } = await account()
    const { page, look } = await visit()
    await page.goto('/sign-in')
    await look('sign-in')
    await follow(page.getByRole('link', { name: 'Forgot your password?' }))
    await look('recover')
    await page.getByLabel('Email address').fill(email)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.waitForURL('**/recover/sent')
    await look('recover-sent')
    const { code } = await mailbox.next(email)
    await page.goto(`/reset#${code}`)
    await look('reset')
    await page.getByLabel('New password').fill('short')
    await follow(page.getByRole('button', { name: 'Save the new password' }))
    await look('reset-errors')
    await page.getByLabel('New password').fill('nine amber kettles')
    await page.getByRole('button', { name: 'Save the new password' }).click()
    await page.waitForURL('**/sign-in')
    await page.getByLabel('Email address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill('nine amber kettles')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL('**/account')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Your account')
  })

  test('without script, the code of a mail is pasted', async () => {
    const { visit } = served
    const { page, look } = await visit({ script: false })
    await page.goto('/activate')
    await look('activate-without-script')
    await page.getByLabel('Code from the mail').fill('x'.repeat(43))
    await follow(page.getByRole('button', { name: 'Activate my account' }))
    expect(await page.title()).toBe('Error: One last step – Ribbon & Co')
    await look('activate-refused')
  })

  test('what is not there, or goes wrong, is said on a page as well', async () => {
    const { page, look } = await served.visit()
    await page.goto('/nothing')
    expect(await page.getByRole('heading').textContent()).toBe('Nothing here')
    await look('not-found')
    await page.goto('/sign-out')
    await look('sign-out')
    await page.goto('/recover/sent')
    await look('recover-sent-to-nobody')
  })

  test('who uses the keyboard alone comes past the bar, and around a form', async () => {
    const { page } = await served.visit()
    await page.goto('/sign-in')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the main part')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    const order: string[] = []
    for (let stops = 0; stops < 6; stops += 1) {
      await page.keyboard.press('Tab')
      order.push(
        await page.evaluate(() => document.activeElement?.id || (document.activeElement?.textContent ?? '')),
      )
    }
    expect(order.map((stop) => stop.trim())).toEqual([
      'email',
      'password',
      'ShowHide',
      'Sign in',
      'Forgot your password?',
      'Create one',
    ])
  })
})
