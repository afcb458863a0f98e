import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { withService } from '../testing.ts'
import { parseErrorAddress } from './address.ts'
import { ErrorReports } from './error-reports.ts'
import { eventOf } from './event.ts'

interface Got {
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** What takes reports, for one test. */
async function collector(status = 200) {
  const got: Got[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      got.push({ url: request.url ?? '', headers: request.headers, body })
      // 0: takes it and never answers.
      if (status > 0) response.writeHead(status).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { got, address: `http://public@127.0.0.1:${(server.address() as AddressInfo).port}/prefix/42` }
}

test('addresses are those of Sentry, also below a path', () => {
  expect(parseErrorAddress('https://abc@o1.ingest.example.com/7')).toEqual({
    url: 'https://o1.ingest.example.com/api/7/envelope/',
    key: 'abc',
  })
  expect(parseErrorAddress('http://abc@127.0.0.1:9000/a/b/7').url).toBe(
    'http://127.0.0.1:9000/a/b/api/7/envelope/',
  )
  for (const wrong of [
    '',
    'nothing',
    'https://example.com/7',
    'https://abc@example.com/',
    'ftp://abc@example.com/7',
  ])
    expect(() => parseErrorAddress(wrong)).toThrow('ERROR_ADDRESS must be what Sentry calls a DSN')
})

test('an error that nobody foresaw is reported, with nothing that a person typed', async () => {
  const { got, address } = await collector()
  const service = await withService({ ERROR_ADDRESS: address, APP_RELEASE: 'abcdef123456' })
  const person = { email: 'ada.secret@example.net', password: 'hidden green boats', name: 'Secretive' }
  service.service.parts.passwords.digest = async (password) => {
    const { email } = person
    throw Object.assign(new TypeError(`${email} ${password}\n    at ${email} (/secret/place.ts:1:1)`), {
      code: 'ERR_ODD',
      parameters: [email, password],
    })
  }
  const answer = await service.browser().send('POST', '/api/session?token=hidden', {
    email: person.email,
    password: person.password,
  })
  expect(answer.code).toBe('INTERNAL')
  await service.service.parts.reports.settled()
  expect(got).toHaveLength(1)
  const [{ url, headers, body } = { url: '', headers: {}, body: '' }] = got
  expect(url).toBe('/prefix/api/42/envelope/')
  expect(headers['content-type']).toBe('application/x-sentry-envelope')
  expect(headers['x-sentry-auth']).toBe(
    'Sentry sentry_version=7, sentry_client=shoestring/1, sentry_key=public',
  )
  const [head = '', item = '', payload = '', ...rest] = body.split('\n')
  const event = JSON.parse(payload) as ReturnType<typeof eventOf>
  expect(rest).toEqual([''])
  expect(JSON.parse(head)).toEqual({ event_id: event.event_id, sent_at: event.timestamp })
  expect(JSON.parse(item)).toEqual({
    type: 'event',
    content_type: 'application/json',
    length: Buffer.byteLength(payload),
  })
  expect(event).toMatchObject({
    event_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    platform: 'node',
    level: 'error',
    release: 'abcdef123456',
    transaction: 'POST /api/session',
    exception: { values: [{ type: 'TypeError', value: 'ERR_ODD' }] },
  })
  const frames = event.exception.values[0]?.stacktrace.frames ?? []
  expect(frames.at(-1)?.filename).toMatch(/error-reports\.test\.ts$/)
  for (const secret of [...Object.values(person), 'hidden', 'secret', '198.51.100', 'Firefox'])
    expect(body).not.toContain(secret)
})

test('what was foreseen is nobody else’s business', async () => {
  const { got, address } = await collector()
  const service = await withService({ ERROR_ADDRESS: address })
  const visitor = service.browser()
  await visitor.send('POST', '/api/session', { email: 'a@example.org', password: 'x' })
  await visitor.send('GET', '/api/nothing')
  await visitor.send('POST', '/api/session', {})
  await service.service.parts.reports.settled()
  expect(got).toEqual([])
})

test('one report is on its way at a time, and one that is not taken pauses the next', async () => {
  const silent = await collector()
  const reports = new ErrorReports(silent.address, 'none')
  for (let times = 0; times < 10; times += 1) reports.report(new Error('again'), 'GET /')
  await reports.settled()
  reports.report(new Error('later'), 'GET /')
  await reports.settled()
  expect(silent.got).toHaveLength(2)

  const full = await collector(429)
  let now = Date.now()
  const refused = new ErrorReports(full.address, 'none', () => now)
  for (const laterMs of [0, 59_000, 2000]) {
    now += laterMs
    refused.report(new Error('again'), 'GET /')
    await refused.settled()
  }
  expect(full.got).toHaveLength(2)
})

test('an address that never answers is given up after five seconds, and without one nothing is sent', async () => {
  const { address, got } = await collector(0)
  const reports = new ErrorReports(address, 'none')
  const start = performance.now()
  reports.report(new Error('lost'), 'GET /')
  await reports.settled()
  const tookMs = performance.now() - start
  expect(tookMs).toBeGreaterThan(4900)
  expect(tookMs).toBeLessThan(20_000)
  expect(got).toHaveLength(1)
  const none = new ErrorReports(undefined, 'none')
  none.report(new Error('kept'), 'GET /')
  expect(await none.settled()).toBeUndefined()
})

test('what is thrown without being an error is reported too', () => {
  const event = eventOf('ada@example.org', { route: '', release: 'none', at: new Date(0) })
  expect(event.exception.values).toEqual([
    { type: 'Error', value: 'something that is no error was thrown', stacktrace: { frames: [] } },
  ])
})
