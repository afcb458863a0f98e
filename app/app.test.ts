import { expect, test } from 'vitest'
import { buildApp } from './app.ts'
import { readSettings } from './settings.ts'

const since = new Date('2026-11-23T05:16:00Z')

function appWith(query: () => Promise<unknown>) {
  const db = { unsafe: query } as unknown as Parameters<typeof buildApp>[0]['db']
  const running = { version: 'v0.1.0', release: 'aaaaaa111111', since }
  return buildApp({ db, running, logger: false, behindProxy: true })
}
const well = appWith(() => Promise.resolve([]))

test('/healthz is well when a query gets through, and says what is not', async () => {
  const good = await well.inject('/healthz')
  expect([good.statusCode, good.json()]).toEqual([200, { status: 'ok', database: 'ok' }])
  const refused = Object.assign(new Error('connect /run/postgresql/secret'), { code: 'ECONNREFUSED' })
  const bad = await appWith(() => Promise.reject(refused)).inject('/healthz')
  expect([bad.statusCode, bad.json()]).toEqual([503, { status: 'unavailable', database: 'ECONNREFUSED' }])
})

test('/healthz does not wait for a database that never answers', async () => {
  const slow = await appWith(() => new Promise(() => {})).inject('/healthz')
  expect([slow.statusCode, slow.json()]).toEqual([503, { status: 'unavailable', database: 'TIMEOUT' }])
})

test('/version tells programs what runs', async () => {
  expect((await well.inject('/version')).json()).toEqual({
    version: 'v0.1.0',
    release: 'aaaaaa111111',
    since: since.toISOString(),
    node: process.version,
  })
})

test('/ tells people what runs, without script, and its style is where it says', async () => {
  const page = await well.inject('/')
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self';/)
  expect(page.body).toContain('<dd>v0.1.0</dd>')
  expect(page.body).toContain('2026-11-23 05:16 UTC')
  expect(page.body).not.toContain('<script')
  const [, path = ''] = /href="(\/style[^"]+)"/.exec(page.body) ?? []
  const style = await well.inject(path)
  expect([style.statusCode, style.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8'])
})

test('errors have a code and a sentence, and keep to themselves what we did not foresee', async () => {
  const missing = await well.inject('/nothing')
  expect([missing.statusCode, missing.json()]).toEqual([
    404,
    { error: { code: 'NOT_FOUND', message: 'There is nothing at this address' } },
  ])
  const app = appWith(() => Promise.resolve([]))
  app.get('/bug', () => {
    throw new TypeError('secret is undefined')
  })
  const bug = await app.inject('/bug')
  expect([bug.statusCode, bug.json()]).toEqual([
    500,
    { error: { code: 'INTERNAL', message: 'Something went wrong on our side' } },
  ])
})

test('listens on a socket on the host and on a port while developing', () => {
  expect(readSettings({ APP_SOCKET: '/run/app/app.sock' }).listen).toEqual({ path: '/run/app/app.sock' })
  expect(readSettings({ PORT: '8080' }).listen).toEqual({ host: '127.0.0.1', port: 8080 })
  expect(() => readSettings({ PORT: 'http' })).toThrow('PORT must be a number from 0 to 65535; got "http"')
})
