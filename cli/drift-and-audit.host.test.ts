import { join } from 'node:path'
import { expect } from 'vitest'
import { test as hostTest, type TestHost, type TestLab } from '../lab/testing.ts'
import { useKeyFile } from '../plugin/connection.ts'
import { host as hostResource, type HostInputs } from '../plugin/host.ts'
import type { Bag } from '../plugin/values.ts'
import { adasKey } from '../provision/on-test-host.ts'
import { reasonsFor } from './audit/audit.ts'
import { look, seen } from './audit/look.ts'
import { pageOf } from './audit/page.ts'
import type { Deployed } from './deployed.ts'
import { readDrift } from './drift.ts'
import { handMade, unowned } from './hand-made.ts'
import { onHost, quietCall } from './on-host.ts'
import { pageWidth } from './page.ts'

// One host for all tests here, converged once as `pulumi up` does it.
const test = hostTest.extend('web', { scope: 'file' }, () => {
  let made: Promise<{ host: TestHost; deployed: Deployed }> | undefined
  return { on: (lab: TestLab) => (made ??= converged(lab)) }
})

async function converged(lab: TestLab): Promise<{ host: TestHost; deployed: Deployed }> {
  const host = await lab.addHost()
  const { stdout } = await host.$('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')
  const inputs: HostInputs = {
    address: host.address,
    hostKey: stdout.trim(),
    hostname: 'web',
    domain: 'example.test',
    // Not the test's own key: with it root's login would be shut, which makes the changes by hand.
    operators: [{ name: 'ada', keys: [adasKey] }],
    acme: { directory: 'https://127.0.0.1:9/dir', email: 'hello@example.test' },
    allow: ['22/tcp', '80/tcp', '443/tcp', '443/udp'],
    database: 'accounts',
  }
  const deployed: Deployed = {
    stack: 'test',
    name: 'web',
    host: inputs,
    release: undefined,
    sshKeyFile: join(lab.stateFolder, 'key'),
    address6: host.address6,
    ca: undefined,
  }
  await converge(deployed)
  return { host, deployed }
}

async function converge(deployed: Deployed): Promise<void> {
  useKeyFile(deployed.sshKeyFile)
  await onHost(deployed, () => hostResource.create(deployed.host as unknown as Bag, quietCall('web')))
}

async function driftLines(deployed: Deployed): Promise<string[]> {
  const { drift } = await readDrift(deployed)
  return drift.flatMap(({ step, changes }) => changes.map((summary) => `${step}: ${summary}`))
}

test(
  'an audit sees what is open and who comes in, and leaves the host as it was',
  { timeout: 900_000 },
  async ({ lab, web }) => {
    const { host, deployed } = await web.on(lab)
    const state = async () => (await host.$('dpkg -l | sha256sum; ls /tmp /var/tmp /run/*.pid')).stdout
    expect(await driftLines(deployed)).toEqual([])
    const before = await state()
    const audit = await onHost(deployed, (ssh) => look(deployed, ssh, () => undefined))
    expect(await state()).toBe(before)
    expect(await driftLines(deployed)).toEqual([])

    const page = pageOf(audit, reasonsFor(audit))
    console.log(page)
    expect(page).not.toContain('no reason is written down')
    expect(audit.outside.map((one) => seen(one) && one.open)).toEqual([
      [22, 80, 443],
      [22, 80, 443],
    ])
    expect(audit.lynis).toMatchObject({ index: expect.any(Number) })
    expect(seen(audit.facts) && audit.facts.logins.map(({ user, keys }) => [user, keys.length])).toEqual([
      ['root', 1],
      ['ada', 1],
    ])
    expect(page.split('\n').filter((line) => line.length > pageWidth && line.trim().includes(' '))).toEqual(
      [],
    )
  },
)

test(
  'drift names whatever was changed by hand and nothing else, and an update puts all of it back',
  { timeout: 600_000 },
  async ({ lab, web }) => {
    const { host, deployed } = await web.on(lab)
    for (const command of unowned)
      expect([command, await host.$(command)]).toMatchObject([command, { exitCode: 0 }])
    expect(await driftLines(deployed)).toEqual([])

    const changes = Object.entries(handMade)
    for (const [what, { command }] of changes)
      expect([what, await host.$(command)]).toMatchObject([what, { exitCode: 0 }])
    const lines = await driftLines(deployed)
    const missed = changes.filter(([, { found }]) => !lines.some((line) => found.test(line)))
    const unasked = lines.filter((line) => !changes.some(([, { found }]) => found.test(line)))
    expect({ missed: missed.map(([what]) => what), unasked }).toEqual({ missed: [], unasked: [] })
    console.log(`${changes.length} of ${changes.length} changes by hand were found`)

    await converge(deployed)
    expect(await driftLines(deployed)).toEqual([])

    await host.$('rm -rf /home/ada')
    await converge(deployed)
    expect((await host.$('stat -c "%U %a" /home/ada /home/ada/.ssh')).stdout).toBe('ada 700\nada 700\n')
  },
)
