import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { startService, type Person, type TestService } from '../testing.ts'
import type { Site } from '../settings.ts'
import { lookAt, type Looked } from './look.ts'

const program = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
/** Why there is no browser to test with. */
export const noChromium = existsSync(program) ? undefined : `there is no Chromium at ${program}`

/** For a way through many pages, each looked at in all widths and colours. */
export const timeout = 240_000
export interface Visit {
  page: Page
  /** Holds the page as it is now to what holds for every page. */
  look: (name: string) => Promise<void>
  close: () => Promise<void>
}

export interface ServedPages extends TestService {
  /** `http://app.localhost:41234` */
  origins: Record<Site, string>
  /** A browser profile of its own. */
  visit: (options?: { site?: Site; script?: boolean }) => Promise<Visit>
}

/** The service on ports of this machine, and a real Chromium in front of it. */
export async function servePages(domain = 'localhost'): Promise<ServedPages> {
  const ports = { app: await freePort(), admin: await freePort() }
  const origins = { app: `http://app.${domain}:${ports.app}`, admin: `http://admin.${domain}:${ports.admin}` }
  const started = await startService({
    APP_SOCKET: '',
    APP_ORIGIN: origins.app,
    ADMIN_ORIGIN: origins.admin,
    APP_NAME: 'Ribbon & Co',
  })
  const { sites } = started.service
  await sites.app.listen({ host: '127.0.0.1', port: ports.app })
  await sites.admin.listen({ host: '127.0.0.1', port: ports.admin })
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] })
  return {
    ...started,
    origins,
    visit: ({ site = 'app', script = true } = {}) =>
      visit(browser, origins[site], script, async (path) => {
        const { host } = new URL(origins[site])
        return (await sites[site].inject({ url: path, headers: { host } })).rawPayload.length
      }),
    async close() {
      await browser.close()
      await started.close()
    },
  }
}

async function visit(
  browser: Browser,
  origin: string,
  script: boolean,
  sizeOf: Looked['sizeOf'],
): Promise<Visit> {
  const context = await browser.newContext({ baseURL: origin, javaScriptEnabled: script, locale: 'en-GB' })
  context.setDefaultTimeout(25_000)
  const page = await context.newPage()
  const strays: string[] = []
  page.on('console', (message) => {
    // A form that was refused is shown again with its status, which Chromium calls an error.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      strays.push(message.text())
  })
  page.on('pageerror', (error) => strays.push(String(error)))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) strays.push(`asks ${request.url()}`)
  })
  onTestFinished(async ({ task }) => {
    // What waited in vain says what it waited for, never what was there instead.
    if (task.result?.state === 'fail') console.log(`${page.url()} shows:\n${await seen(page)}`)
    await context.close()
  })
  return {
    page,
    close: () => context.close(),
    async look(name) {
      expect(strays, name).toEqual([])
      await lookAt(page, name, { script, sizeOf })
    },
  }
}

/** Clicks what leads to another page, or to the same one again, and waits until it is there. */
export async function follow(link: Locator): Promise<void> {
  const page = link.page()
  const arrived = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame())
  await Promise.all([arrived, link.click()])
}

/** Fills in the form of /sign-in, and waits for what it leads to. */
export async function signIn(
  page: Page,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<void> {
  if (!page.url().includes('/sign-in')) await page.goto('/sign-in')
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  // Whoever went on at once would end the post before its cookie is there.
  await follow(page.getByRole('button', { name: 'Sign in', exact: true }))
}

async function seen(page: Page): Promise<string> {
  return page.innerText('body', { timeout: 1000 }).catch(() => 'nothing')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
