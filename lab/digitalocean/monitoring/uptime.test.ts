import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { serviceCertificate } from '../../acme/service-certificate.ts'
import { refusal, startApi } from '../testing.ts'
import { recipients, startWatched } from './testing.ts'

const landing = {
  name: 'landing',
  type: 'http',
  target: 'http://192.0.2.1',
  regions: ['us_east'],
  enabled: true,
}
const down = { name: 'not there', type: 'down', period: '2m', notifications: recipients }

const minutesOf = (days: number) => days * 24 * 60

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('a check and its alerts are made, read, changed and deleted', async () => {
  const { call } = await startApi()
  const made = await call('POST', '/uptime/checks', landing)
  expect(made.status).toBe(201)
  const { id } = made.body.check
  expect(made.body.check).toEqual({ ...landing, id })
  const path = `/uptime/checks/${id}`
  expect((await call('PUT', path, { ...landing, name: 'front' })).body.check.name).toBe('front')
  expect((await call('GET', '/uptime/checks')).body).toMatchObject({ checks: [{ id }], meta: { total: 1 } })
  expect((await call('GET', `${path}/state`)).body.state.regions.us_east.status).toBe('CHECKING')

  const alert = await call('POST', `${path}/alerts`, down)
  expect(alert.status).toBe(201)
  expect(alert.body.alert).toEqual({ ...down, id: alert.body.alert.id })
  const alertPath = `${path}/alerts/${alert.body.alert.id}`
  const slow = { ...down, type: 'latency', threshold: 300, comparison: 'greater_than', period: '5m' }
  expect((await call('PUT', alertPath, slow)).body.alert).toMatchObject(slow)
  expect((await call('GET', `${path}/alerts`)).body.alerts).toMatchObject([slow])
  expect((await call('DELETE', alertPath)).status).toBe(204)
  expect((await call('GET', alertPath)).status).toBe(404)
  expect((await call('DELETE', path)).status).toBe(204)
  expect((await call('GET', path)).status).toBe(404)
})

test.each([
  [{ enabled: undefined }, "missing required field 'enabled'"],
  [{ regions: undefined }, "missing required field 'regions'"],
  [{ type: undefined }, "missing required field 'type'"],
  [{ type: 'udp' }, "invalid value for field 'type': 'udp'"],
  [{ regions: ['moon'] }, "invalid value for field 'regions': 'moon'"],
  [{ target: 'ftp://example.com' }, "invalid value for field 'target': 'ftp://example.com'"],
])('refuses the check %j', async (wrong, message) => {
  const { call } = await startApi()
  expect(refusal(await call('POST', '/uptime/checks', { ...landing, ...wrong }))).toBe(
    `400 bad_request: ${message}`,
  )
})

test.each([
  [{ period: undefined }, "missing required field 'period'"],
  [{ period: '7m' }, "invalid value for field 'period': '7m'"],
  [{ type: 'latency' }, "missing required field 'threshold'"],
  [
    { notifications: { email: ['bob'] } },
    "invalid value for field 'notifications.email[0]': invalid email 'bob'",
  ],
])('refuses the alert %j', async (wrong, message) => {
  const { call } = await startApi()
  const { id } = (await call('POST', '/uptime/checks', landing)).body.check
  expect(refusal(await call('POST', `/uptime/checks/${id}/alerts`, { ...down, ...wrong }))).toBe(
    `400 bad_request: ${message}`,
  )
})

test('a target that is down for its period is told of once, and once when it is up again', async () => {
  let status = 200
  const port = await serve((_request, response) => response.writeHead(status).end())
  // By a name of the account's own zones.
  const { call, lookAfter } = await startWatched({
    around: { resolve: (name) => (name === 'www.example.com' ? '127.0.0.1' : undefined) },
  })
  const target = `http://www.example.com:${port}/`
  const { id } = (await call('POST', '/uptime/checks', { ...landing, target })).body.check
  await call('POST', `/uptime/checks/${id}/alerts`, down)
  expect(await lookAfter(0)).toEqual([])
  status = 503
  expect(await lookAfter(1)).toEqual([])
  const isDown = 'DigitalOcean Uptime triggered: landing is down'
  expect(await lookAfter(2)).toEqual([isDown])
  expect(await lookAfter(60)).toEqual([isDown])
  status = 200
  const isUp = 'DigitalOcean Uptime resolved: landing is up again'
  expect(await lookAfter(1)).toEqual([isDown, isUp])
  expect((await call('GET', `/uptime/checks/${id}/state`)).body.state).toEqual({
    regions: {
      us_east: {
        status: 'UP',
        status_changed_at: '2026-11-23T05:04:00Z',
        thirty_day_uptime_percentage: 1.56,
      },
    },
    previous_outage: {
      region: 'us_east',
      started_at: '2026-11-23T04:01:00Z',
      ended_at: '2026-11-23T05:04:00Z',
      duration_seconds: 3780,
    },
  })
})

test('a target that is slow for its period is told of', async () => {
  let slow = true
  const port = await serve((_request, response) => void setTimeout(() => response.end(), slow ? 80 : 0))
  const { call, lookAfter } = await startWatched()
  const target = `http://127.0.0.1:${port}/`
  const { id } = (await call('POST', '/uptime/checks', { ...landing, target })).body.check
  const latency = { ...down, type: 'latency', threshold: 60, comparison: 'greater_than' }
  await call('POST', `/uptime/checks/${id}/alerts`, latency)
  await lookAfter(0)
  expect(await lookAfter(2)).toEqual(['DigitalOcean Uptime triggered: landing is slow'])
  slow = false
  // The first answer of a busy machine may be slow for reasons of its own.
  await expect.poll(() => lookAfter(1)).toHaveLength(2)
})

test('a certificate that ends soon is read off the target itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-uptime-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { keyFile, certificateFile, certificate } = await serviceCertificate(folder, '127.0.0.1')
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certificateFile, 'utf8')])
  const server = createTlsServer({ key, cert }, (_request, response) => response.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { call, lookAfter, mails } = await startWatched({ around: { roots: async () => certificate } })
  const target = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const secure = { ...landing, type: 'https', target }
  const { id } = (await call('POST', '/uptime/checks', secure)).body.check
  await call('POST', `/uptime/checks/${id}/alerts`, down)
  await call('POST', `/uptime/checks/${id}/alerts`, { ...down, type: 'ssl_expiry', threshold: 14 })
  const leftDays = (Date.now() - Date.parse('2026-11-23T04:00:00Z')) / 86_400_000 + 90
  expect(await lookAfter(minutesOf(leftDays - 15))).toEqual([])
  expect(await lookAfter(minutesOf(2))).toEqual([
    'DigitalOcean Uptime triggered: landing has a certificate that ends soon',
  ])
  expect(mails[0]?.text).toContain('saw          HTTP 200')
})

test('an untrusted certificate is an outage, and the mail says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-uptime-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { keyFile, certificateFile } = await serviceCertificate(folder, '127.0.0.1')
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certificateFile, 'utf8')])
  const server = createTlsServer({ key, cert }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { call, lookAfter, mails } = await startWatched()
  const target = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { id } = (await call('POST', '/uptime/checks', { ...landing, type: 'https', target })).body.check
  await call('POST', `/uptime/checks/${id}/alerts`, down)
  await lookAfter(0)
  expect(await lookAfter(2)).toEqual(['DigitalOcean Uptime triggered: landing is down'])
  expect(mails[0]?.text).toMatch(/self[- ]signed certificate/)
})

test('a ping is answered by an open port and by a refused one', async () => {
  const { call, lookAfter } = await startWatched()
  const ping = { ...landing, type: 'ping', target: '127.0.0.1' }
  const { id } = (await call('POST', '/uptime/checks', ping)).body.check
  await lookAfter(0)
  expect((await call('GET', `/uptime/checks/${id}/state`)).body.state.regions.us_east.status).toBe('UP')
})

test('looks by itself as long as there is something to look at', async () => {
  let asked = 0
  const port = await serve((_request, response) => {
    asked += 1
    response.end()
  })
  const { call } = await startApi()
  const target = `http://127.0.0.1:${port}/`
  await call('POST', '/uptime/checks', { ...landing, target })
  await expect.poll(() => asked).toBe(1)
})
