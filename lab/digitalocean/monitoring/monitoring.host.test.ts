import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kept } from '../../kept.ts'
import { reset, up } from '../../lab.ts'
import type { Summary } from '../../mail/mailbox.ts'
import { labPaths, type LabPaths } from '../../paths.ts'
import type { LabStatus } from '../../status.ts'

let folder: string
let paths: LabPaths
let status: LabStatus

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoestring-monitoring-'))
  paths = labPaths(join(folder, 'lab'))
  status = (await up(paths)).status
})

afterAll(async () => {
  await reset(paths)
  await rm(folder, { recursive: true, force: true })
})

async function call(method: string, path: string, body?: object): Promise<any> {
  const headers = { authorization: `Bearer ${await kept(paths.token)}`, 'content-type': 'application/json' }
  const url = `${status.api}${path}`
  const answer = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  expect(answer.status, `${method} ${path}`).toBeLessThan(300)
  return answer.status === 204 ? undefined : answer.json()
}

const waitMinutes = (minutes: number) => call('POST', '/_lab/clock', { advanceSeconds: minutes * 60 })

async function subjects(): Promise<string[]> {
  const all = (await (await fetch(`${status.mail}/messages`)).json()) as Summary[]
  return all.map(({ subject }) => subject).toReversed()
}

const soon = { timeout: 40_000, interval: 300 }

/** A host that serves a page whenever it runs, by a name of the lab's zones. */
async function startSite(): Promise<number> {
  const unit = '[Service]\nExecStart=python3 -m http.server 80\n[Install]\nWantedBy=multi-user.target\n'
  const order = {
    name: 'web',
    region: 'fra1',
    size: 's-1vcpu-512mb-10gb',
    image: 'debian-13-x64',
    user_data: `#!/bin/sh\nprintf '${unit.replaceAll('\n', '\\n')}' > /etc/systemd/system/site.service\nsystemctl enable --now site\n`,
  }
  const { droplet } = await call('POST', '/v2/droplets', order)
  const seen = async () => (await call('GET', `/v2/droplets/${droplet.id}`)).droplet
  await expect.poll(async () => (await seen()).status, soon).toBe('active')
  const [network] = (await seen()).networks.v4
  await call('POST', '/v2/domains', { name: 'example.com' })
  const record = { type: 'A', name: 'www', data: network.ip_address, ttl: 60 }
  await call('POST', '/v2/domains/example.com/records', record)
  return droplet.id
}

test('a host that is powered off is told of by mail, as is that it is up again; and what it uses', async () => {
  const id = await startSite()
  const check = {
    name: 'site',
    type: 'http',
    target: 'http://www.example.com/',
    regions: ['eu_west'],
    enabled: true,
  }
  const { check: made } = await call('POST', '/v2/uptime/checks', check)
  const state = async () =>
    (await call('GET', `/v2/uptime/checks/${made.id}/state`)).state.regions.eu_west.status
  await expect.poll(state, soon).toBe('UP')
  const notifications = { email: ['ops@example.com'], slack: [] }
  const down = { name: 'down', type: 'down', period: '2m', notifications }
  await call('POST', `/v2/uptime/checks/${made.id}/alerts`, down)
  await call('POST', `/v2/droplets/${id}/actions`, { type: 'power_off' })
  await expect.poll(state, soon).toBe('DOWN')
  await waitMinutes(2)
  const isDown = 'DigitalOcean Uptime triggered: site is down'
  await expect.poll(subjects, soon).toEqual([isDown])
  await call('POST', `/v2/droplets/${id}/actions`, { type: 'power_on' })
  const isUp = 'DigitalOcean Uptime resolved: site is up again'
  await expect.poll(subjects, soon).toEqual([isDown, isUp])

  for (const [metric, value] of [
    ['memory_utilization_percent', 1],
    ['disk_utilization_percent', 1],
    ['cpu', 0],
  ] as const)
    await call('POST', '/v2/monitoring/alerts', {
      type: `v1/insights/droplet/${metric}`,
      description: `${metric} is measured`,
      compare: 'GreaterThan',
      value,
      window: '5m',
      entities: [String(id)],
      tags: [],
      alerts: notifications,
      enabled: true,
    })
  // Two looks, so that what is a rate is known.
  await new Promise((resolve) => setTimeout(resolve, 12_000))
  await waitMinutes(5)
  const told = async () => (await subjects()).slice(2).toSorted()
  await expect
    .poll(told, soon)
    .toEqual(
      ['cpu', 'disk_utilization_percent', 'memory_utilization_percent'].map(
        (metric) => `DigitalOcean monitoring triggered: ${metric} is measured (web)`,
      ),
    )
})
