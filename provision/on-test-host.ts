// oxlint-disable no-restricted-imports -- tests run requests the way the plugin does, over its own connection
import { join } from 'node:path'
import type { TestHost, TestLab } from '../lab/testing.ts'
import { bundleApp } from '../plugin/bundle.ts'
import { provision, ProvisioningFailed, type RunEvent } from '../plugin/provisioning.ts'
import { activateNode, missing, nodeOnHost, nodeVersion, sha256, ship } from '../plugin/runtime.ts'
import { packed } from '../plugin/release.ts'
import { Ssh } from '../plugin/ssh.ts'
import { readTemplates } from '../plugin/templates.ts'
import { readToolchain } from '../plugin/toolchain.ts'
import type { Artifact, DesiredHost, DesiredRelease, Task, Templates } from './desired.ts'
import type { Event } from './report.ts'

/** What a run on the host told. */
export interface Told {
  /** `firewall: allow 443/tcp`, in order. */
  planned: string[]
  applied: string[]
  /** Why it failed, if it did. */
  failure: Extract<Event, { event: 'failed' }> | undefined
  /** On the host, and seen from here. */
  ms: number
  roundTripMs: number
}

/** A test host that can be provisioned as the plugin does it: Node and Caddy sent, one connection kept. */
export interface ProvisionedHost {
  caddy: Artifact
  /** As the plugin has it, for runs of a test's own. */
  ssh: Ssh
  templates: Templates
  plan(task: Task): Promise<Told>
  /** `cancelAt`: the operator gives up while that change is being made. */
  converge(task: Task, cancelAt?: string): Promise<Told>
  close(): Promise<void>
}

export async function openProvisioned(lab: TestLab, host: TestHost): Promise<ProvisionedHost> {
  const ssh = await connectTo(lab, host)
  // Node 26 is linked against it, and Debian's image doesn't have it.
  await ssh.run(
    'ldconfig -p | grep -q libatomic.so.1 || (apt-get -q update && apt-get -qy install libatomic1)',
  )
  const path = await testTool('caddy')
  const caddy: Artifact = { name: 'caddy', version: '2.11.9', sha256: await sha256(path) }
  const node = process.execPath
  const shipments = [
    { name: `Node ${nodeVersion}`, source: node, target: nodeOnHost, sha256: await sha256(node) },
    { name: 'Caddy', source: path, target: `/var/cache/shoestring/${caddy.sha256}`, sha256: caddy.sha256 },
  ]
  for (const shipment of await missing(ssh, shipments)) await ship(ssh, shipment)
  await activateNode(ssh)
  const files = await readTemplates()

  async function tell(mode: 'plan' | 'converge', task: Task, cancelAt?: string): Promise<Told> {
    const told: Told = { planned: [], applied: [], failure: undefined, ms: 0, roundTripMs: 0 }
    const start = performance.now()
    const over = new AbortController()
    const onEvent = (event: RunEvent) => {
      if (event.event === 'planned')
        told.planned.push(...event.changes.map((summary) => `${event.step}: ${summary}`))
      if (event.event === 'applied') told.applied.push(`${event.step}: ${event.summary}`)
      if (event.event === 'failed') told.failure = event
      if (event.event === 'done') told.ms = event.ms
      if (event.event === 'applying' && event.summary === cancelAt) over.abort()
      // Lets go of stdin, which stays open as long as somebody might still cancel.
      if (event.event === 'failed' || event.event === 'done') over.abort()
    }
    try {
      await provision(ssh, { mode, files, ...task }, onEvent, over.signal)
    } catch (error) {
      if (!(error instanceof ProvisioningFailed) || !told.failure) throw error
    }
    told.roundTripMs = Math.round(performance.now() - start)
    return told
  }

  return {
    caddy,
    ssh,
    templates: files,
    plan: (task) => tell('plan', task),
    converge: (task, cancelAt) => tell('converge', task, cancelAt),
    close: () => ssh.close(),
  }
}

/** The toolchain's, unless the environment names another. */
export async function testTool(name: 'caddy' | 'pebble'): Promise<string> {
  return process.env[`SHOESTRING_${name.toUpperCase()}`] ?? (await readToolchain())[name].path
}

export function desiredHost(caddy: Artifact, changes: Partial<DesiredHost> = {}): Task {
  return {
    task: 'host',
    desired: {
      hostname: 'web',
      operators: [{ name: 'ada', keys: [adasKey] }],
      // The tests' own login.
      keepLogins: ['root'],
      domain: 'example.test',
      // Nobody answers there: these tests look at the server, not at its certificates.
      acme: { directory: 'https://127.0.0.1:9/dir', email: 'hello@example.test' },
      allow: ['22/tcp', '80/tcp', '443/tcp', '443/udp'],
      database: 'accounts',
      caddy,
      ...changes,
    },
  }
}

/** The app as it lies here, or something else under another hash. */
export async function desiredRelease({
  files,
  ...changes
}: Partial<Omit<DesiredRelease, 'files'>> & { files?: Record<string, Uint8Array> } = {}): Promise<Task> {
  return {
    task: 'release',
    desired: {
      hash: 'aaaaaa111111',
      version: 'v0.1.0',
      files: packed(files ?? (await bundleApp())),
      settings: { DOMAIN: 'example.test', PGDATABASE: 'accounts' },
      ...changes,
    },
  }
}

export const adasKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@laptop'
export const evesKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJkN2pE5uVGR3q1c6J5t0m4Y3x2f7u8h9j1k2l3m4n5o eve@cafe'

/** A connection as the plugin makes it, to a host whose key is asked for over the test's own way in. */
async function connectTo({ stateFolder }: TestLab, host: TestHost): Promise<Ssh> {
  const { stdout } = await host.$('cat /etc/ssh/ssh_host_ed25519_key.pub')
  const hostKey = stdout.trim().split(' ').slice(0, 2).join(' ')
  const keyFile = join(stateFolder, 'key')
  return Ssh.connect({ address: host.address, hostKey, keyFile }, { patienceMs: 30_000 })
}
