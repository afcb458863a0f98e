import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appOf } from './authenticator-app.ts'
import { follow, noChromium, servePages, signIn, type ServedPages, timeout } from './in-chromium.ts'

describe.skipIf(noChromium)("the admins' site in a browser", { timeout }, () => {
  let served: ServedPages
  beforeAll(async () => {
    served = await servePages()
  })
  afterAll(() => served.close())

  test('an admin sets up a factor, finds an account, acts on it, and sees the numbers', async () => {
    const { owner, account, visit, mailbox } = served
    const admin = await account({ name: 'Grace' })
    await owner`update accounts set role = 'admin' where email = ${admin.email}`
    const people = await Promise.all(
      Array.from({ length: 17 }, (_, index) =>
        account({ email: `guest${index}@example.org`, name: `Guest ${index}` }),
      ),
    )
    await owner`
      insert into history (account_id, event, at) select id, kind, now() - make_interval(days => day)
      from accounts, generate_series(0, 29) as day, generate_series(0, day % 7 * 3), unnest(array['signed-in', 'account-created']) as kind
      where email = ${people[0]?.email ?? ''} and (kind = 'signed-in' or day % 3 = 0)`
    const { page, look } = await visit({ site: 'admin' })
    await page.goto('/')
    expect(page.url()).toContain('/sign-in')
    await look('admin-sign-in')
    await signIn(page, admin)
    await page.waitForURL('**/account/factors')
    await look('admin-enrol')
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
    await page.waitForURL('**/account/factors/totp')
    const codeNow = appOf(await page.locator('.secret').innerText())
    await page.getByLabel('Code', { exact: true }).fill(codeNow())
    await page.getByRole('button', { name: 'Turn it on' }).click()
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()

    await page.goto('/')
    await page.waitForURL('**/accounts')
    await look('admin-accounts')
    await follow(page.getByRole('link', { name: 'Older' }))
    await look('admin-accounts-older')
    await page.getByLabel('Address or name').fill('nobody')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText('No account is like that').waitFor()
    await look('admin-accounts-none')
    await page.getByLabel('Address or name').fill('Guest 3')
    await page.getByRole('button', { name: 'Search' }).click()
    await follow(page.getByRole('link', { name: 'guest3@example.org' }))
    await look('admin-account')
    await page.getByText('Disable this account').first().click()
    await page.getByLabel('Reason').fill('Sends spam')
    await look('admin-account-disabling')
    await page.getByRole('button', { name: 'Disable this account' }).click()
    await page.getByRole('status').waitFor()
    await look('admin-account-disabled')
    let told = await mailbox.next('guest3@example.org')
    while (!told.text.includes('Sends spam')) told = await mailbox.next('guest3@example.org')
    await page.getByRole('button', { name: 'Enable this account again' }).click()
    await page.getByText('active again.').waitFor()
    await page.getByRole('button', { name: 'Send a reset link' }).click()
    await page.getByRole('status').waitFor()
    await page.getByText('Delete this account').first().click()
    await page.getByRole('button', { name: 'Delete this account' }).click()
    await page.getByRole('status').waitFor()
    await look('admin-account-leaving')

    // Acting on somebody needs a fresh sign of who acts, and leads back to them.
    await owner`update sessions set factor_at = now() - interval '11 minutes'`
    await page.goto('/accounts?search=guest4')
    await page.getByRole('link', { name: 'guest4@example.org' }).click()
    await page.getByRole('button', { name: 'Make an admin' }).click()
    await page.waitForURL('**/confirm?next=%2Faccounts%2F*')
    await look('admin-confirm')
    await owner`update factors set last_step = 0`
    await page.getByLabel('Code', { exact: true }).fill(codeNow())
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.waitForURL('**/accounts/*')
    await page.getByRole('button', { name: 'Make an admin' }).click()
    await page.getByRole('status').waitFor()

    await owner`
      insert into factors (account_id, kind, credential_id, public_key)
      select id, 'passkey', 'lost', '\\x00' from accounts where email = 'guest4@example.org'`
    await page.reload()
    await page.getByText('Remove all second factors').first().click()
    await look('admin-account-removing-factors')
    await page.getByRole('button', { name: 'Remove all second factors' }).click()
    await page.getByText('The second factors are removed').waitFor()

    await follow(page.getByRole('link', { name: 'Numbers' }))
    await look('admin-numbers')
    await page.getByText('As a table').click()
    expect(await page.locator('tbody tr').count()).toBe(30)
    await look('admin-numbers-table')
    await follow(page.getByRole('link', { name: 'Account', exact: true }))
    await look('admin-own-account')
    await page.goto('/accounts/nobody')
    await look('admin-no-such-account')

    // Nothing is asked of the server for almost as long as a session may rest.
    await page.clock.install()
    await page.goto('/accounts')
    const ending = page.getByRole('alert')
    await page.clock.fastForward('27:55')
    expect(await ending.isVisible()).toBe(false)
    await page.clock.fastForward('00:10')
    await ending.getByText('You will be signed out in two minutes').waitFor()
    await look('admin-idle')
    await owner`update sessions set used_at = now() - interval '29 minutes'`
    const stay = ending.getByRole('button', { name: 'Stay signed in' })
    await stay.click()
    await stay.waitFor({ state: 'hidden' })
    expect(await owner`select from sessions where used_at > now() - interval '1 minute'`).toHaveLength(1)
    await page.clock.fastForward('28:05')
    await stay.waitFor()
    await owner`update sessions set used_at = now() - interval '31 minutes'`
    await stay.click()
    await page.waitForURL('**/sign-in?next=*')
  })

  test('to a member it is closed, and says no more than that the password is wrong', async () => {
    const member = await served.account()
    const { page } = await served.visit({ site: 'admin' })
    await signIn(page, member)
    expect(await page.getByRole('alert').innerText()).toContain('Email or password is wrong')
  })
})
