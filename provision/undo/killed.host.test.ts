import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
// oxlint-disable-next-line no-restricted-imports -- the proof is the plugin's
import { provision, type Confirm } from '../../plugin/provisioning.ts'
import { harmless, sshdPath, test, tryOut } from './on-hardened-host.ts'

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
    expect(seconds).toBeGreaterThan(50)
    expect(seconds).toBeLessThan(75)
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
    expect((await web.host.$('ls /run/shoestring-undo')).stdout).toBe('')
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
    const last = () => web.host.$(`tail -1 ${sshdPath}; ls /run/shoestring-undo`).then(({ stdout }) => stdout)
    await expect.poll(last, { timeout: 12_000, interval: 500 }).toBe('HostKeyAlgorithms ssh-ed25519\n')
  },
)
