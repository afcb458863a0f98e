import { expect } from 'vitest'
import { test as hostTest, type TestLab } from '../lab/testing.ts'
import { reasonsFor } from './audit/audit.ts'
import { look, seen } from './audit/look.ts'
import { pageOf } from './audit/page.ts'
import { compared, handMade, unowned } from './hand-made.ts'
import { onHost } from './on-host.ts'
import { converge, converged, driftLines, type OnLabHost } from './on-lab-host.ts'
import { pageWidth } from './page.ts'

// One host for all tests here, converged once as `pulumi up` does it.
const test = hostTest.extend('web', { scope: 'file' }, () => {
  let made: Promise<OnLabHost> | undefined
  return { on: (lab: TestLab) => (made ??= converged(lab)) }
})

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
    expect(compared(lines)).toEqual({ missed: [], unasked: [] })
    console.log(`${changes.length} of ${changes.length} changes by hand were found`)

    await converge(deployed)
    expect(await driftLines(deployed)).toEqual([])

    await host.$('rm -rf /home/ada')
    await converge(deployed)
    expect((await host.$('stat -c "%U %a" /home/ada /home/ada/.ssh')).stdout).toBe('ada 700\nada 700\n')
  },
)
