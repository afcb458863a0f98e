import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { badChanges, shutOut } from './bad-changes.ts'
import { test } from './on-hardened-host.ts'
import { appended, sshdPath, tryOut } from './try-out.ts'
import { undoUnit } from './undo-script.ts'

test.for(badChanges)(
  '%s: undone, and the error says what',
  { timeout: 300_000 },
  async ([, bad, says], { lab, web: site }) => {
    const web = await site.on(lab)
    const { error, code, seconds, left } = await tryOut(web, bad)
    console.log(`${seconds.toFixed(1)} s: ${error}`)
    expect(error).toMatch(shutOut)
    expect(error).toMatch(says)
    expect(code).toBe(0)
    expect(left).toBe('')
    expect((await web.host.$('cat /etc/sudoers.d/zz')).stdout).toBe('')
  },
)

test(
  'a file that sshd refuses does not replace the old one',
  { timeout: 60_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    const { error, code, left } = await tryOut(web, { file: appended('PermitRootLgoin no') })
    expect(error).toMatch(
      /^sshd: could not update [^]*Bad configuration option: PermitRootLgoin[^]*undone sshd: update/,
    )
    expect([code, left]).toEqual([0, ''])
  },
)

test(
  'changes that take longer than the timer waits are undone to the last one, also those after it',
  { timeout: 120_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    const before = await web.host.$('ufw status verbose')
    const elsewhere = Array.from({ length: 250 }, (_, at) => `192.0.2.${at}`)
    const settings = { sshFrom: [lab.slot.subnet, ...elsewhere] }
    const { error, code, left } = await tryOut(web, { settings, file: (files) => files })
    expect(error).toMatch(/^firewall: could not allow in proto tcp from 192.*\n {2}why .*took most of 8 s/)
    expect(error).toMatch(/undone firewall: allow in proto tcp from 192/)
    expect([code, left]).toEqual([0, ''])
    expect(await web.host.$('ufw status verbose')).toEqual(before)
  },
)

test(
  'a change that holds is confirmed once, and nothing is left of the proof',
  { timeout: 60_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    const { error, left } = await tryOut(web, { file: appended('# Held.') })
    expect([error, left]).toEqual([undefined, ''])
    await sleep(9000)
    expect((await web.host.$(`tail -1 ${sshdPath}`)).stdout).toBe('# Held.\n')
    expect((await tryOut(web, { file: (files) => files })).error).toBeUndefined()
  },
)

test(
  'a timer that an earlier run has left is stopped before ours is armed',
  { timeout: 60_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    await web.host.$(`systemd-run --quiet --unit=${undoUnit} --on-active=300`)
    const { error, left } = await tryOut(web, { file: appended('# Held.') })
    expect([error, left]).toEqual([undefined, ''])
    expect((await tryOut(web, { file: (files) => files })).error).toBeUndefined()
  },
)
