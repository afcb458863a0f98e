// How shut a host is, on two real hosts of the lab: what Lynis, ssh-audit and systemd say of it after a reboot, how many
// changes made by hand a drift names, and how many ways to shut oneself out are undone. Seconds that the undo's timer
// waits can be given; 60 is what a deployment has, and 8 tries the same in less time.
import { setTimeout as sleep } from 'node:timers/promises'
import { look, seen } from '../cli/audit/look.ts'
import { compared, handMade, unowned } from '../cli/hand-made.ts'
import { onHost } from '../cli/on-host.ts'
import { converged, driftLines, type OnLabHost } from '../cli/on-lab-host.ts'
import { openTestLab, type TestLab } from '../lab/hosts/test-lab.ts'
import { readToolchain } from '../plugin/toolchain.ts'
import { badChanges, shutOut } from '../provision/undo/bad-changes.ts'
import { harden, tryOut } from '../provision/undo/try-out.ts'

const undoAfterSeconds = Number(process.argv[2] ?? 8)

interface Row {
  what: string
  found: string
  /** What was asked for. */
  budget: string
  kept: boolean
}

async function audited({ host, deployed }: OnLabHost): Promise<Row[]> {
  await host.reboot()
  while (!/^(running|degraded)/.test((await host.$('systemctl is-system-running')).stdout)) await sleep(500)
  const { lynis, sshAudit, facts } = await onHost(deployed, (ssh) => look(deployed, ssh, () => undefined))
  if (!seen(lynis)) throw new Error(`Lynis: ${lynis.notSeen}`)
  if (!seen(sshAudit)) throw new Error(`ssh-audit: ${sshAudit.notSeen}`)
  if (!seen(facts)) throw new Error(`the host: ${facts.notSeen}`)
  const exposures = facts.sandbox.filter(({ unit }) => !unit.startsWith('shoestring-undo'))
  const widest = Math.max(...exposures.map(({ exposure }) => exposure))
  const [failures, warnings] = [sshAudit.failures.length, sshAudit.warnings.length]
  return [
    row('Lynis index after a reboot', lynis.index, '88 or more', lynis.index >= 88),
    row('  warnings of Lynis', lynis.warnings.length, '0', lynis.warnings.length === 0),
    row('ssh-audit, failures/warnings', `${failures}/${warnings}`, '0/0', failures + warnings === 0),
    row(
      `exposure of ${exposures.map(({ unit }) => unit.replace('.service', '')).join(', ')}`,
      widest,
      '2.0 or less',
      widest <= 2,
    ),
  ]
}

async function changedByHand({ host, deployed }: OnLabHost): Promise<Row[]> {
  const make = async (command: string) => {
    const { exitCode, stderr } = await host.$(command)
    if (exitCode !== 0) throw new Error(`${command}: ${stderr}`)
  }
  for (const command of unowned) await make(command)
  const none = await driftLines(deployed)
  for (const { command } of Object.values(handMade)) await make(command)
  const { missed, unasked } = compared(await driftLines(deployed))
  const all = Object.keys(handMade).length
  const wrong = [...none, ...unasked]
  for (const line of [...missed, ...wrong]) console.log(`  ${line}`)
  return [
    row('changes by hand that drift names', `${all - missed.length} of ${all}`, 'all', missed.length === 0),
    row('  named though nobody owns them', wrong.length, '0', wrong.length === 0),
  ]
}

async function shutOutOf(lab: TestLab): Promise<Row[]> {
  const web = await harden(lab)
  let survived = 0
  let longest = 0
  try {
    for (const [name, bad, says] of badChanges) {
      const { error = '', code, seconds, left } = await tryOut(web, bad, undoAfterSeconds)
      const back = code === 0 && left === '' && shutOut.test(error) && says.test(error)
      if (back) survived++
      longest = Math.max(longest, seconds)
      console.log(`  ${back ? 'back' : 'NOT'} ${seconds.toFixed(1).padStart(5)} s  ${name}`)
      if (!back) console.log(error)
    }
  } finally {
    await web.close()
  }
  const all = badChanges.length
  return [
    row('bad ssh and firewall changes survived', `${survived} of ${all}`, 'all', survived === all),
    row('  longest until let in again', `${longest.toFixed(0)} s`, '70 s', longest <= 70),
  ]
}

const row = (what: string, found: number | string, budget: string, kept: boolean): Row => ({
  what,
  found: String(found),
  budget,
  kept,
})

const lab = await openTestLab((await readToolchain()).image.path)
try {
  const rows = await shutOutOf(lab)
  const web = await converged(lab)
  rows.push(...(await audited(web)), ...(await changedByHand(web)))
  for (const { what, found, budget, kept } of rows)
    console.log(`${what.padEnd(38)} ${found.padStart(8)}   wanted ${budget}${kept ? '' : '   MISSED'}`)
  if (!rows.every(({ kept }) => kept)) process.exitCode = 1
} finally {
  await lab.remove()
}
