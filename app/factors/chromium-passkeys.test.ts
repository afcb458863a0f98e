import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { noChromium, servePages } from '../pages/in-chromium.ts'
import { withAuthenticator } from '../pages/virtual-authenticator.ts'

test.skipIf(noChromium)('one passkey of a real browser serves both sites of a domain', async () => {
  const served = await servePages('example.localhost')
  onTestFinished(() => served.close())
  const { origins } = served
  const { email, password } = await served.account()
  await served.owner`update accounts set role = 'admin'`

  const { page } = await served.visit()
  await withAuthenticator(page)
  await page.goto(`${origins.app}/healthz`)
  expect(await post(page, '/api/session', { email, password })).toEqual([
    200,
    { next: 'enrol-factor', methods: ['totp', 'passkey'] },
  ])
  const [, creation] = await post(page, '/api/factors/passkeys/options')
  const made = await page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never)
    const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
    return credential.toJSON()
  }, creation)
  const [added, answer] = await post(page, '/api/factors/passkeys', { name: 'Chromium', passkey: made })
  expect([added, answer]).toEqual([201, { id: expect.any(String), recoveryCodes: expect.any(Array) }])

  await page.goto(`${origins.admin}/healthz`)
  const [, request] = await post(page, '/api/session/passkey/options')
  const signed = await page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never)
    const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
    return credential.toJSON()
  }, request)
  expect(await post(page, '/api/session/passkey', { passkey: signed })).toEqual([204, null])
  const who = await page.evaluate(async () => (await fetch('/api/session')).json() as Promise<unknown>)
  expect(who).toMatchObject({ account: { email, role: 'admin' }, confirmed: true })
})

const post = (page: Page, path: string, body?: unknown): Promise<[number, unknown]> =>
  page.evaluate(
    async ([to, json]) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(to, { method: 'POST', ...(json !== null && { headers, body: json }) })
      const text = await answer.text()
      return [answer.status, text === '' ? null : JSON.parse(text)] satisfies [number, unknown]
    },
    [path, body === undefined ? null : JSON.stringify(body)] as const,
  )
