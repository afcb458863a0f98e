import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
// oxlint-disable-next-line no-restricted-imports -- the proof is the plugin's
import { provision, type Confirm } from '../../plugin/provisioning.ts'
import { evesKey } from '../on-test-host.ts'
import { test } from './on-hardened-host.ts'
import { harmless, nobody, sshdPath, tryOut, type Bad } from './try-out.ts'
import { undoFolder, undoUnit } from './undo-script.ts'

const never: Confirm = () => new Promise(() => {})

test(
  'a host on which our own process is killed is let in again by the timer alone, in 60 s',
  { timeout: 480_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    const kill =
      "pkill -KILL -f '[n]ode/.*/bin/node'; iptables -P INPUT DROP; iptables -F; ip6tables -P INPUT DROP"
    const { error, code, seconds, left } = await tryOut(
      web,
      { byHand: `nohup sh -c "${kill}" >/dev/null 2>&1 &` },
      60,
      never,
    )
    console.log(`${seconds.toFixed(1)} s: ${error}`)
    expect(error).toMatch(/^the run on the host ended early[^]*undone sshd: update .*; sshd: reload ssh/)
    expect(code).toBe(0)
    // 70 from the change on; what comes before it counts here too.
    expect(seconds).toBeLessThan(90)
    // Told once more by the next run, which takes the note away.
    expect(left).toContain('undone')
    const undone: string[] = []
    const request = {
      mode: 'converge' as const,
      task: 'host' as const,
      files: web.files,
      desired: web.desired(),
    }
    await provision(web.ada, request, (event) => event.event === 'undone' && undone.push(...event.changes))
    expect(undone).toEqual([`sshd: update ${sshdPath}, -0 +1`, 'sshd: reload ssh'])
    expect((await web.host.$(`ls ${undoFolder}`)).stdout).toBe('')
  },
)

const shutOut: Record<string, Bad> = {
  'by the firewall': { settings: { sshFrom: ['192.0.2.0/24'] }, file: (files) => files },
  'by an sshd that lets another group in': { file: nobody },
  "by another's key": {
    settings: { operators: [{ name: 'ada', keys: [evesKey] }] },
    file: (files) => files,
  },
}

test.for(Object.entries(shutOut))(
  'an operator shut out %s, and the power cut before anybody could say so: the boot lets her in again',
  { timeout: 240_000 },
  async ([, bad], { lab, web: site }) => {
    const web = await site.on(lab)
    let cutAtMs = 0
    const cut: Confirm = async () => {
      cutAtMs = performance.now()
      await web.host.powerCycle()
    }
    const { error } = await tryOut(web, bad, 60, cut)
    const seconds = (performance.now() - cutAtMs) / 1000
    console.log(`${seconds.toFixed(1)} s after the cut: ${error}`)
    expect(error).toMatch(/^the run on the host ended early[^]*undone (firewall|sshd|operators): /)
    expect(seconds).toBeLessThan(70)
    // By the boot itself, which takes a few seconds: no timer of a minute could have run.
    const said = await web.host.$(`systemctl show -P Result ${undoUnit}; systemctl is-active ufw ssh`)
    expect(said.stdout).toBe('success\nactive\nactive\n')
    const { error: next } = await tryOut(web, { file: (files) => files })
    expect(next).toBeUndefined()
  },
)

const at = (path: string): string => JSON.stringify(join(import.meta.dirname, '../../plugin', path))

test(
  'an operator whose own machine is gone leaves nothing that is not confirmed',
  { timeout: 60_000 },
  async ({ lab, web: site }) => {
    const web = await site.on(lab)
    const files = harmless(web.files)
    const request = { mode: 'converge', task: 'host', files, desired: web.desired(), undoAfterSeconds: 8 }
    const program = `
    const { Ssh } = await import(${at('ssh.ts')})
    const { provision } = await import(${at('provisioning.ts')})
    const ssh = await Ssh.connect(${JSON.stringify(web.ada.destination)})
    await provision(ssh, ${JSON.stringify(request)}, ({ event }) => console.log(event), undefined, () => new Promise(() => {}))`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const chunk of child.stdout) if (String(chunk).includes('confirm')) child.kill('SIGKILL')
    const last = () => web.host.$(`tail -1 ${sshdPath}; ls ${undoFolder}`).then(({ stdout }) => stdout)
    await expect.poll(last, { timeout: 60_000, interval: 500 }).toBe('HostKeyAlgorithms ssh-ed25519\n')
  },
)
