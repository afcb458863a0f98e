import { expect, test } from 'vitest'
import type { MachineMetrics } from '../../machines.ts'
import { refusal, startApi } from '../testing.ts'
import { recipients, startWatched } from './testing.ts'

const memory = {
  type: 'v1/insights/droplet/memory_utilization_percent',
  description: 'memory is short',
  compare: 'GreaterThan',
  value: 80,
  window: '5m',
  entities: [] as string[],
  tags: [] as string[],
  alerts: recipients,
  enabled: true,
}

const idle: MachineMetrics = {
  cpuSeconds: 0,
  memoryBytes: 100 * 2 ** 20,
  runningTasks: 0,
  receivedBytes: 0,
  sentBytes: 0,
  diskBytes: async () => 2 ** 30,
}

test('is made, read, changed by PUT and as an earlier client does, and deleted', async () => {
  const { call } = await startApi()
  const made = await call('POST', '/monitoring/alerts', { ...memory, entities: ['7'] })
  expect(made.status).toBe(200)
  const { uuid } = made.body.policy
  expect(made.body.policy).toEqual({ ...memory, entities: ['7'], uuid })
  const path = `/monitoring/alerts/${uuid}`
  expect((await call('PUT', path, { ...memory, value: 90 })).body.policy).toMatchObject({ value: 90 })
  expect((await call('POST', path, { ...memory, value: 95 })).body.policy).toMatchObject({ value: 95 })
  expect((await call('GET', path)).body.policy).toMatchObject({ value: 95, entities: [] })
  expect((await call('GET', '/monitoring/alerts')).body).toMatchObject({
    policies: [{ uuid }],
    meta: { total: 1 },
  })
  expect((await call('DELETE', path)).status).toBe(204)
  expect((await call('GET', path)).status).toBe(404)
})

test.each([
  [{ window: '2m' }, "invalid value for field 'window': '2m'"],
  [{ type: 'v1/insights/droplet/mood' }, "invalid value for field 'type': 'v1/insights/droplet/mood'"],
  [{ compare: 'Equals' }, "invalid value for field 'compare': 'Equals'"],
  [{ description: null }, "missing required field 'description'"],
  [{ value: '80' }, "invalid value for field 'value': not a number"],
  [{ alerts: null }, "missing required field 'alerts'"],
  [{ alerts: { email: [], slack: [] } }, "missing required field 'alerts.email'"],
  [
    { alerts: { email: ['ops'], slack: [] } },
    "invalid value for field 'alerts.email[0]': invalid email 'ops'",
  ],
])('refuses %j', async (wrong, message) => {
  const { call } = await startApi()
  expect(refusal(await call('POST', '/monitoring/alerts', { ...memory, ...wrong }))).toBe(
    `400 bad_request: ${message}`,
  )
})

/** A droplet whose machine uses what the test says. */
async function startMeasured() {
  let metrics = idle
  const started = await startWatched({ machines: { metrics: async () => metrics } })
  return { ...started, use: (some: Partial<MachineMetrics>) => void (metrics = { ...metrics, ...some }) }
}

test('writes once when a window has passed above the threshold, and once when it is over', async () => {
  const { call, droplet, use, lookAfter, mails } = await startMeasured()
  const { id } = await droplet()
  await call('POST', '/monitoring/alerts', { ...memory, entities: [String(id)] })
  use({ memoryBytes: 500 * 2 ** 20 })
  expect(await lookAfter(0)).toEqual([])
  expect(await lookAfter(4)).toEqual([])
  const triggered = 'DigitalOcean monitoring triggered: memory is short (web)'
  expect(await lookAfter(1)).toEqual([triggered])
  expect(mails[0]).toMatchObject({ to: ['ops@example.com'] })
  expect(mails[0]?.text).toContain('GreaterThan 80 for 5m\nnow        97.66')
  // No flood, however long it goes on.
  expect(await lookAfter(60)).toEqual([triggered])
  use({ memoryBytes: 100 * 2 ** 20 })
  const resolved = 'DigitalOcean monitoring resolved: memory is short (web)'
  expect(await lookAfter(1)).toEqual([triggered, resolved])
  expect(await lookAfter(60)).toEqual([triggered, resolved])
})

test('a peak that is shorter than the window is nobody’s business', async () => {
  const { call, droplet, use, lookAfter } = await startMeasured()
  await droplet()
  await call('POST', '/monitoring/alerts', memory)
  for (const memoryBytes of [500, 100, 500, 100].map((mb) => mb * 2 ** 20)) {
    use({ memoryBytes })
    expect(await lookAfter(3)).toEqual([])
  }
})

test('is about the droplets it names, about those with its tags, or about all', async () => {
  const { call, droplet, use, lookAfter } = await startMeasured()
  const named = await droplet({ name: 'named' })
  await droplet({ name: 'tagged', tags: ['blue'] })
  use({ memoryBytes: 500 * 2 ** 20 })
  const over = { ...memory, window: '5m' }
  await call('POST', '/monitoring/alerts', { ...over, description: 'one', entities: [String(named.id)] })
  await call('POST', '/monitoring/alerts', { ...over, description: 'blue', tags: ['blue'] })
  await call('POST', '/monitoring/alerts', { ...over, description: 'every' })
  await call('POST', '/monitoring/alerts', { ...over, description: 'none', enabled: false })
  await lookAfter(0)
  const about = (await lookAfter(5)).map((subject) => subject.replace(/^.*: /, ''))
  expect(about.toSorted()).toEqual(['blue (tagged)', 'every (named)', 'every (tagged)', 'one (named)'])
})

test('is told again by nobody after a restart, and not forgotten', async () => {
  const first = await startMeasured()
  await first.droplet()
  await first.call('POST', '/monitoring/alerts', memory)
  first.use({ memoryBytes: 500 * 2 ** 20 })
  await first.lookAfter(0)
  expect(await first.lookAfter(5)).toHaveLength(1)
  const second = await startWatched({ file: first.file, machines: { metrics: async () => idle } })
  expect(await second.lookAfter(0)).toEqual(['DigitalOcean monitoring resolved: memory is short (web)'])
})

test('a mail that could not be sent is sent with the next look', async () => {
  let broken = true
  const sent: string[] = []
  const { call, droplet, lookAfter, logged } = await startWatched({
    machines: { metrics: async () => ({ ...idle, memoryBytes: 500 * 2 ** 20 }) },
    around: {
      async sendMail({ subject }) {
        if (broken) throw new Error('the mailbox is closed')
        sent.push(subject)
      },
    },
  })
  await droplet()
  await call('POST', '/monitoring/alerts', memory)
  await lookAfter(0)
  await lookAfter(5)
  expect(logged).toContainEqual(expect.objectContaining({ why: 'the mailbox is closed' }))
  broken = false
  await lookAfter(0)
  expect(sent).toHaveLength(1)
})

test.each<[string, Partial<MachineMetrics>, number]>([
  ['cpu', { cpuSeconds: 3600 }, 50],
  ['disk_utilization_percent', { diskBytes: async () => 9 * 2 ** 30 }, 80],
  ['public_outbound_bandwidth', { sentBytes: 1e9 }, 1],
  ['public_inbound_bandwidth', { receivedBytes: 1e9 }, 1],
  ['load_1', { runningTasks: 1e9 }, 1],
])('measures %s', async (type, busy, value) => {
  const { call, droplet, use, lookAfter } = await startMeasured()
  await droplet()
  await call('POST', '/monitoring/alerts', { ...memory, type: `v1/insights/droplet/${type}`, value })
  await lookAfter(0)
  use(busy)
  await lookAfter(0)
  use({ ...busy, cpuSeconds: 7200, sentBytes: 2e9, receivedBytes: 2e9 })
  expect(await lookAfter(5)).toHaveLength(1)
})
