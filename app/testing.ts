import { randomBytes } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import postgres from 'postgres'
import { inject, onTestFinished } from 'vitest'
import type { Db } from './database/connect.ts'
import { asOwner, serviceRole } from './development/databases.ts'
import { openMailbox, type Mailbox } from './development/mailbox.ts'
import { openService, type Service } from './service.ts'
import { readSettings, type Settings, type Site } from './settings.ts'

export interface TestService {
  service: Service
  mailbox: Mailbox
  /** The same database with all rights, to look and to turn the clock. */
  owner: Db
  settings: Settings
  /** All that was logged, as one text. */
  logged: () => string
  /** A browser: keeps its cookies, and comes from an address of its own. */
  browser: (options?: BrowserOptions) => Browser
  /** An account that was signed up and activated; its browser is not signed in. */
  account: (fields?: Partial<Person>) => Promise<Person>
  /** A browser that is signed in to a new account. */
  signedIn: (fields?: Partial<Person>) => Promise<Browser & Person>
  close(): Promise<void>
}

export interface BrowserOptions {
  site?: Site
  address?: string
  userAgent?: string
}

export interface Person {
  email: string
  password: string
  name: string
}

export interface Browser {
  cookies: Map<string, string>
  send: (method: string, url: string, body?: unknown, options?: SendOptions) => Promise<Answer>
}

/** Headers beside a browser's own; undefined leaves one of those out. */
export interface SendOptions {
  headers?: Record<string, string | undefined>
}

export type Answer = LightMyRequestResponse & { code: string | undefined }

/** A service on a database and a mailbox of its own; each browser comes from an address of its own. */
export async function startService(env: NodeJS.ProcessEnv = {}, limitFactor = 1): Promise<TestService> {
  const host = inject('postgres')
  const name = `test_${randomBytes(6).toString('hex')}`
  await onCluster(host, `create database ${name} template template_accounts owner accounts_owner`)
  const mailbox = await openMailbox()
  const settings = readSettings({
    NODE_ENV: 'development',
    DOMAIN: 'example.com',
    APP_SOCKET: '/run/app/app.sock',
    PGHOST: host,
    PGDATABASE: name,
    PGUSER: serviceRole,
    MAIL_SERVER: mailbox.server,
    ...env,
  })
  const lines: string[] = []
  const stream = {
    write(line: string) {
      lines.push(line)
      // A bug behind a 500 is worth reading wherever it turns up.
      if (line.includes('"level":50')) process.stderr.write(line)
    },
  }
  const service = await openService(settings, { logger: { level: 'info', stream }, limitFactor })
  const owner = asOwner(host, name)
  let addresses = 0
  let people = 0

  const browser = ({ site = 'app', address, userAgent }: BrowserOptions = {}): Browser => {
    addresses += 1
    const from = address ?? `198.51.100.${addresses % 250}`
    const cookies = new Map<string, string>()
    return {
      cookies,
      async send(method, url, body, options = {}) {
        const { host: hostname, origin } = new URL(settings.origins[site])
        const answer = await service.sites[site].inject({
          method: method as 'GET',
          url,
          remoteAddress: '127.0.0.1',
          ...(body !== undefined && { payload: body as object }),
          headers: present({
            host: hostname,
            'x-forwarded-for': from,
            'x-forwarded-proto': 'https',
            'user-agent':
              userAgent ?? 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
            'sec-fetch-site': 'same-origin',
            origin,
            ...(cookies.size > 0 && { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }),
            ...options.headers,
          }),
        })
        for (const { name: key, value, maxAge, expires } of answer.cookies) {
          if (value === '' || maxAge === 0 || (expires && expires.getTime() <= Date.now()))
            cookies.delete(key)
          else cookies.set(key, value)
        }
        const code = /"code":"(\w+)"/.exec(answer.body)?.[1]
        return Object.assign(answer, { code })
      },
    }
  }

  const account = async (fields: Partial<Person> = {}): Promise<Person> => {
    people += 1
    const person = {
      email: `person${people}@example.net`,
      password: `seven green boats ${people}`,
      name: '',
      ...fields,
    }
    const visitor = browser()
    await expectStatus(202, visitor.send('POST', '/api/sign-ups', person))
    const { code } = await mailbox.next(person.email)
    await expectStatus(200, visitor.send('POST', '/api/sign-ups/activate', { token: code }))
    return person
  }

  const started: TestService = {
    service,
    mailbox,
    owner,
    settings,
    browser,
    account,
    logged: () => lines.join(''),
    async signedIn(fields) {
      const person = await account(fields)
      const own = browser()
      const { email, password } = person
      await expectStatus(204, own.send('POST', '/api/session', { email, password }))
      return { ...own, ...person }
    },
    async close() {
      await service.close()
      await owner.end()
      await mailbox.close()
      await onCluster(host, `drop database ${name} with (force)`)
    },
  }
  return started
}

/** The same for one test, which it ends with. */
export async function withService(env?: NodeJS.ProcessEnv, limitFactor?: number): Promise<TestService> {
  const started = await startService(env, limitFactor)
  onTestFinished(() => started.close())
  return started
}

async function expectStatus(status: number, sent: Promise<Answer>): Promise<void> {
  const { statusCode, body } = await sent
  if (statusCode !== status) throw new Error(`expected ${status}, got ${statusCode}: ${body}`)
}

async function onCluster(host: string, statement: string): Promise<void> {
  const db = postgres({ host, user: 'postgres', database: 'postgres', max: 1, onnotice: () => undefined })
  try {
    await db.unsafe(statement)
  } finally {
    await db.end()
  }
}

const present = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )

/** A service that listens on loopback, as the web server would reach it, for what speaks real HTTP. */
export async function listening(env?: NodeJS.ProcessEnv, limitFactor?: number) {
  const { service, mailbox, settings, ...rest } = await withService(env, limitFactor)
  const ports = await Promise.all(
    (['app', 'admin'] as const).map(async (site) => {
      const url = await service.sites[site].listen({ host: '127.0.0.1', port: 0 })
      return new URL(url).port
    }),
  )
  // The names that it was told, on the ports that were free.
  const [app = '', admin = ''] = ports.map((port, index) => {
    const { hostname } = new URL(Object.values(settings.origins)[index] ?? '')
    return `http://${hostname}:${port}`
  })
  return { app, admin, address: '127.0.0.1', asProxy: true, mailbox, service, settings, ...rest }
}
