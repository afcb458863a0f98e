import { createServer, type AddressInfo } from 'node:net'
import { chromium, type Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { noChromium } from '../pages/in-chromium.ts'
import { withService } from '../testing.ts'

test.skipIf(noChromium)('one passkey of a real browser serves both sites of a domain', async () => {
  const ports = { app: await freePort(), admin: await freePort() }
  const origins = {
    app: `http://app.example.localhost:${ports.app}`,
    admin: `http://admin.example.localhost:${ports.admin}`,
  }
  const started = await withService({ APP_ORIGIN: origins.app, ADMIN_ORIGIN: origins.admin, APP_SOCKET: '' })
  const { sites } = started.service
  for (const site of ['app', 'admin'] as const)
    await sites[site].listen({ host: '127.0.0.1', port: ports[site] })
  const { email, password } = await started.account()
  await started.owner`update accounts set role = 'admin'`

  const page = await pageWithAuthenticator()
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

/** A page of a browser that has a finger-print reader, and a finger on it. */
async function pageWithAuthenticator(): Promise<Page> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return page
}

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

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
