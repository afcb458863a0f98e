import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { follow, noChromium, servePages, signIn, type ServedPages, timeout } from './in-chromium.ts'

describe.skipIf(noChromium)('in a browser, signed in', { timeout }, () => {
  let served: ServedPages
  beforeAll(async () => {
    served = await servePages()
  })
  afterAll(() => served.close())

  async function signedIn() {
    const person = await served.account({ name: 'Ada' })
    const visit = await served.visit()
    await signIn(visit.page, person)
    await visit.page.waitForURL('**/account')
    return { ...visit, ...person }
  }

  test('a person looks through the account, and changes name, password and sessions', async () => {
    const { page, look, email, password } = await signedIn()
    await look('account')
    await follow(page.getByRole('link', { name: 'Change Name' }))
    await look('name')
    await page.getByLabel('Name').fill('Lovelace'.repeat(25))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL('**/account')
    await look('account-long-name')
    await page.goto('/account/name')
    await page.getByLabel('Name').fill('Ada Lovelace')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL('**/account')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Ada Lovelace')
    await look('account-renamed')

    const elsewhere = await served.visit()
    await signIn(elsewhere.page, { email, password })
    await elsewhere.page.waitForURL('**/account')
    await follow(page.getByRole('link', { name: 'See all Signed in' }))
    await look('sessions')
    await page.getByRole('button', { name: /^End/ }).click()
    await page.getByRole('status').waitFor()
    await elsewhere.page.goto('/account')
    expect(elsewhere.page.url()).toContain('/sign-in')
    await look('sessions-one')

    await page.goto('/.well-known/change-password')
    await look('password')
    await page.getByLabel('Present password').fill('not this one')
    await page.getByLabel('New password').fill('nine amber kettles')
    await follow(page.getByRole('button', { name: 'Change password' }))
    await look('password-wrong')
    await page.getByLabel('Present password').fill(password)
    await page.getByLabel('New password').fill('nine amber kettles')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.waitForURL('**/account')
    await follow(page.getByRole('link', { name: 'See all History' }))
    await look('history')
    expect(await page.getByRole('heading', { level: 2 }).first().textContent()).toBe('Password changed')
  })

  test('a person moves to another address, which needs a fresh sign of who it is', async () => {
    const { page, look, email, password } = await signedIn()
    await served.owner`update sessions set confirmed_at = now() - interval '11 minutes'`
    await page.goto('/account/email')
    expect(page.url()).toContain('/confirm?next=%2Faccount%2Femail')
    await look('confirm')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await follow(page.getByRole('button', { name: 'Go on' }))
    await look('confirm-wrong')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.waitForURL('**/account/email')
    await look('email')
    await page.getByLabel('New email address').fill(email)
    await follow(page.getByRole('button', { name: 'Send the link' }))
    await look('email-same')
    await page.getByLabel('New email address').fill('ada@example.org')
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.waitForURL('**/account/email/sent')
    await look('email-sent')
    await page.goto('/account')
    await look('account-email-asked')
    const { code } = await served.mailbox.next('ada@example.org')
    // Whoever is signed out meanwhile comes back to it, code and all.
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await page.goto(`/account/email/confirm#${code}`)
    await signIn(page, { email, password })
    await page.waitForURL('**/account/email/confirm')
    await look('email-confirm')
    await page.getByRole('button', { name: 'Use this address' }).click()
    await page.waitForURL('**/account')
    expect(await page.getByText('ada@example.org').count()).toBe(1)
    const subjects: string[] = []
    let undo = ''
    while (!undo) {
      const mail = await served.mailbox.next(email)
      subjects.push(mail.subject)
      if (mail.text.includes('/account/email/undo#')) undo = mail.code
    }
    await page.goto(`/account/email/undo#${undo}`)
    await look('email-undo')
    await page.getByRole('button', { name: 'Bring it back' }).click()
    await page.waitForURL('**/sign-in')
    await look('email-undone')
  })

  test('a person takes the data along, deletes the account, and keeps it after all', async () => {
    const { page, look, email, password } = await signedIn()
    await follow(page.getByRole('link', { name: 'Download Your data' }))
    await look('export')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the file' }).click(),
    ])
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toMatchObject({
      account: { email, name: 'Ada' },
    })
    await page.goto('/account')
    await follow(page.getByRole('link', { name: 'Delete this account' }))
    await look('delete')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await follow(page.getByRole('button', { name: 'Delete my account' }))
    await look('delete-wrong')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.waitForURL('**/sign-in')
    await look('deleted')
    let keep = ''
    while (!keep) {
      const mail = await served.mailbox.next(email)
      if (mail.text.includes('/account/keep#')) keep = mail.code
    }
    await page.goto(`/account/keep#${keep}`)
    await look('keep')
    await page.getByRole('button', { name: 'Keep my account' }).click()
    await page.waitForURL('**/sign-in')
    await signIn(page, { email, password })
    await page.waitForURL('**/account')
  })

  test('the link of a notice puts everybody out', async () => {
    const { page, look, email, password } = await signedIn()
    const elsewhere = await served.visit()
    await signIn(elsewhere.page, { email, password })
    await elsewhere.page.waitForURL('**/account')
    const { code } = await served.mailbox.next(email)
    await page.goto(`/not-me#${code}`)
    await look('not-me')
    await page.getByRole('button', { name: 'Sign everybody out' }).click()
    await page.waitForURL('**/recover')
    await look('not-me-done')
    await elsewhere.page.goto('/account')
    expect(elsewhere.page.url()).toContain('/sign-in')
  })
})
