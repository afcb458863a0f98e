import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { withService, type TestService } from '../testing.ts'
import { EventLoop } from './event-loop.ts'
import { asText } from './text.ts'

test('metrics are written as Prometheus reads them', () => {
  expect(
    asText([
      {
        name: 'answers_total',
        type: 'counter',
        help: 'All\nof \\ them',
        samples: [{ labels: { site: 'a"b\\c\nd', status: '2xx' }, value: 3 }, { value: 0.25 }],
      },
      { name: 'odd', type: 'gauge', help: '', samples: [{ value: Infinity }, { value: Number.NaN }] },
    ]),
  ).toBe(
    '# HELP answers_total All\\nof \\\\ them\n# TYPE answers_total counter\n' +
      'answers_total{site="a\\"b\\\\c\\nd",status="2xx"} 3\nanswers_total 0.25\n' +
      '# HELP odd \n# TYPE odd gauge\nodd +Inf\nodd NaN\n',
  )
})

test('sign-ups, sign-ins, failures, mails and answers are counted, where only the machine can read it', async () => {
  const service = await withService()
  const address = await listening(service)
  const { send, email } = await service.signedIn()
  await send('POST', '/api/session', { email, password: 'not the password' })
  await send('GET', '/healthz')
  const answer = await fetch(`${address}/metrics`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  const text = await answer.text()
  for (const line of [
    'accounts_sign_ups_total 1',
    'accounts_sign_ins_total 1',
    'accounts_sign_in_failures_total 1',
    'accounts_mails_sent_total 1',
    'accounts_mails_failed_total 0',
    'accounts_mails_waiting 0',
    'accounts_hashes_running 0',
    'accounts_hashes_waiting 0',
    'accounts_hashes_refused_total 0',
    'accounts_database_up 1',
    'accounts_requests_total{site="app",status="4xx"} 1',
  ])
    expect(text.split('\n')).toContain(line)
  expect(text).toMatch(/^process_resident_memory_bytes \d{7,}$/m)
  expect(text).toMatch(/^accounts_event_loop_delay_seconds\{quantile="0.99"\} \d/m)
  expect(text).not.toContain(email)

  expect((await fetch(`${address}/api/admin/accounts`)).status).toBe(404)
  expect((await fetch(`${address}/metrics`, { method: 'POST' })).status).toBe(404)
  for (const site of ['app', 'admin'] as const)
    expect((await service.browser({ site }).send('GET', '/metrics')).statusCode).toBe(404)
})

test('without a mail server mails fail and wait; without a database the rest is told', async () => {
  const service = await withService({ MAIL_SERVER: 'smtp://127.0.0.1:9' })
  const address = await listening(service)
  await service
    .browser()
    .send('POST', '/api/sign-ups', { email: 'ada@example.net', password: 'nine red kites' })
  const read = async () => (await fetch(`${address}/metrics`)).text()
  let text = await read()
  for (let looks = 0; looks < 100 && !text.includes('mails_failed_total 1'); looks += 1) {
    await sleep(50)
    text = await read()
  }
  expect(text).toContain('accounts_mails_failed_total 1\n')
  expect(text).toContain('accounts_mails_waiting 1\n')
  await service.service.parts.db.end({ timeout: 0 })
  text = await read()
  expect(text).toContain('accounts_database_up 0\n')
  expect(text).not.toContain('accounts_mails_waiting')
})

test('a loop that was blocked shows it once', async () => {
  const eventLoop = new EventLoop()
  await sleep(250)
  eventLoop.read()
  // The first look after that only starts the clock.
  await sleep(250)
  const until = performance.now() + 500
  while (performance.now() < until);
  await sleep(250)
  expect(eventLoop.read().max).toBeGreaterThan(0.25)
  eventLoop.stop()
})

async function listening({ service }: TestService): Promise<string> {
  service.metrics.listen(0, '127.0.0.1')
  await once(service.metrics, 'listening')
  return `http://127.0.0.1:${(service.metrics.address() as AddressInfo).port}`
}
