import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { prepareDatabase } from './development/databases.ts'
import { startPostgres } from './development/embedded-postgres.ts'
import { readSettings } from './settings.ts'
import { withService } from './testing.ts'

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('/healthz is well when a query gets through, and asks for no host name', async () => {
  const { service } = await withService()
  const good = await service.sites.app.inject('/healthz')
  expect([good.statusCode, good.json()]).toEqual([200, { status: 'ok', database: 'ok' }])
})

test('while Postgres is away it says so and lets nobody in, and goes on as soon as it is back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-pg-'))
  let cluster = await startPostgres(folder)
  onTestFinished(async () => {
    await cluster.stop()
    await rm(folder, { recursive: true })
  })
  await prepareDatabase(folder, 'accounts')
  const { service, signedIn } = await withService({ PGHOST: folder, PGDATABASE: 'accounts' })
  const { send, email, password } = await signedIn()
  await cluster.stop()
  const bad = await service.sites.app.inject('/healthz')
  expect([bad.statusCode, bad.json()]).toMatchObject([503, { status: 'unavailable' }])
  for (const [method, url, body] of [
    ['GET', '/api/session', undefined],
    ['POST', '/api/session', { email, password }],
    ['POST', '/api/recoveries', { email }],
  ] as const) {
    const refused = await send(method, url, body)
    expect([refused.statusCode, refused.code, refused.headers['retry-after']]).toEqual([
      503,
      'UNAVAILABLE',
      '5',
    ])
  }
  cluster = await startPostgres(folder)
  await expect.poll(async () => (await service.sites.app.inject('/healthz')).statusCode).toBe(200)
  expect((await send('GET', '/api/session')).statusCode).toBe(200)
})

test('/version tells programs what runs', async () => {
  const { browser } = await withService({ APP_VERSION: 'v0.1.0', APP_RELEASE: 'aaaaaa111111' })
  expect((await browser().send('GET', '/version')).json()).toMatchObject({
    version: 'v0.1.0',
    release: 'aaaaaa111111',
    node: process.version,
  })
})

test.each([
  ['an address that is not there', 'GET', '/api/nothing', {}, undefined, 404, 'NOT_FOUND'],
  ['a method that it does not take', 'PATCH', '/api/session', {}, {}, 405, 'METHOD_NOT_ALLOWED'],
  ['TRACE', 'TRACE', '/api/session', {}, undefined, 405, 'METHOD_NOT_ALLOWED'],
  ['a forged host', 'GET', '/api/session', { host: 'evil.example' }, undefined, 421, 'MISDIRECTED'],
  ['another site', 'POST', '/api/session', { 'sec-fetch-site': 'cross-site' }, {}, 403, 'CROSS_SITE'],
  ['a sister site', 'POST', '/api/session', { 'sec-fetch-site': 'same-site' }, {}, 403, 'CROSS_SITE'],
  ['broken JSON', 'POST', '/api/session', json, '{"email"', 400, 'MALFORMED_JSON'],
  ['nothing at all', 'POST', '/api/session', json, '', 400, 'MALFORMED_JSON'],
  ['an array', 'POST', '/api/session', json, '[]', 400, 'INVALID_INPUT'],
  ['a prototype', 'POST', '/api/session', json, '{"__proto__": {}}', 400, 'MALFORMED_JSON'],
  [
    'plain text',
    'POST',
    '/api/session',
    { 'content-type': 'text/plain' },
    '{}',
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['a form', 'POST', '/api/session', form, 'email=a', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a megabyte', 'POST', '/api/session', json, `"${'x'.repeat(1e6)}"`, 413, 'BODY_TOO_LARGE'],
])('%s is refused with a code', async (_, method, url, headers, body, status, code) => {
  const { browser } = await withService()
  const answer = await browser().send(method, url, body, { headers })
  expect([answer.statusCode, answer.code]).toEqual([status, code])
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
})

test('who asks without Origin and Sec-Fetch-Site may send JSON, and no form', async () => {
  const { browser } = await withService()
  const bare = { 'sec-fetch-site': undefined, origin: undefined }
  const sent = (headers: object, body: string) =>
    browser().send('POST', '/api/recoveries', body, {
      headers: { ...bare, ...headers },
    })
  expect((await sent(json, '{"email":"ada@example.net"}')).statusCode).toBe(202)
  expect((await sent(form, 'email=ada')).code).toBe('CROSS_SITE')
  expect((await sent({ ...json, origin: 'https://evil.example' }, '{}')).code).toBe('CROSS_SITE')
})

test('every answer tells browsers to load nothing from elsewhere and to keep nothing', async () => {
  const { browser } = await withService()
  const { headers } = await browser().send('GET', '/api/session')
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
  })
})

const safe = {
  'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
}

test.each([
  ['GET', '/%ff', 400],
  ['GET', '/api/%ff', 400],
  ['DELETE', `/api/sessions/${'x'.repeat(200)}`, 414],
])('what names no address is told as every error is: %s %.20s', async (method, url, status) => {
  const { browser } = await withService()
  const answer = await browser().send(method, url)
  expect(answer.statusCode).toBe(status)
  expect(answer.headers).toMatchObject(safe)
  expect(answer.json()).toEqual({ error: { code: 'BAD_REQUEST', message: expect.any(String) } })
  const page = await browser().send('GET', '/%ff', undefined, { headers: { accept: 'text/html' } })
  expect(page.headers).toMatchObject({ ...safe, 'content-type': 'text/html; charset=utf-8' })
  expect(page.body).toContain('<h1>')
})

test.each([
  ['no HTTP at all', 'what is this?\r\n\r\n', 400],
  ['more headers than anybody sends', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
])('what is no request is told as every error is: %s', async (_what, sent, status) => {
  const { service } = await withService()
  const { port } = new URL(await service.sites.app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined).write(sent)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  for (const name of Object.keys(safe)) expect(head).toContain(`${name}: `)
  expect(JSON.parse(body)).toEqual({ error: { code: 'BAD_REQUEST', message: expect.any(String) } })
})

test('listens on sockets on the host and on ports while developing', () => {
  expect(readSettings({ NODE_ENV: 'development', APP_SOCKET: '/run/app/app.sock' }).listen).toMatchObject({
    app: { path: '/run/app/app.sock' },
    admin: { path: '/run/app/admin.sock' },
  })
  expect(readSettings({ NODE_ENV: 'development', PORT: '8080' }).listen).toMatchObject({
    app: { host: '127.0.0.1', port: 8080 },
    admin: { host: '127.0.0.1', port: 8081 },
  })
  expect(() => readSettings({ PORT: 'http' })).toThrow('PORT must be a number from 0 to 65533; got "http"')
})

test('takes a secret that everybody knows, and prints mails, only where it is said to be developed', async () => {
  const noSecret = 'there is no secret: systemd hands it over with LoadCredential=secret:<file>'
  for (const env of [{}, { NODE_ENV: '' }, { NODE_ENV: 'production' }])
    expect(() => readSettings(env)).toThrow(noSecret)
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-secret-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'secret'), `${randomBytes(32).toString('base64')}\n`)
  expect(readSettings({ CREDENTIALS_DIRECTORY: folder }).mail.server).toBe('none:')
  await writeFile(join(folder, 'secret'), 'short\n')
  expect(() => readSettings({ CREDENTIALS_DIRECTORY: folder })).toThrow(
    'the secret must be 32 bytes in base64; got 3',
  )
})
