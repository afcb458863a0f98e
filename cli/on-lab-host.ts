import { join } from 'node:path'
import type { TestHost, TestLab } from '../lab/hosts/test-lab.ts'
import { useKeyFile } from '../plugin/connection.ts'
import { host as hostResource, type HostInputs } from '../plugin/host.ts'
import type { Bag } from '../plugin/values.ts'
import { adasKey } from '../provision/on-test-host.ts'
import type { Deployed } from './deployed.ts'
import { readDrift } from './drift.ts'
import { onHost, quietCall } from './on-host.ts'

/** A host of a lab, and what the commands know of it as they would of a stack's. */
export interface OnLabHost {
  host: TestHost
  deployed: Deployed
}

/** What a stack would ask of a host of a lab that has no releases. */
export async function inputsFor(host: TestHost, operators: HostInputs['operators']): Promise<HostInputs> {
  const { stdout } = await host.$('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')
  return {
    address: host.address,
    hostKey: stdout.trim(),
    hostname: 'web',
    domain: 'example.test',
    operators,
    // Nobody answers there: no certificate is part of what is tried or measured.
    acme: { directory: 'https://127.0.0.1:9/dir', email: 'hello@example.test' },
    allow: ['22/tcp', '80/tcp', '443/tcp', '443/udp'],
    database: 'accounts',
  }
}

/** Adds a host to a lab and converges it as `pulumi up` does; root's login stays open to whoever changes things by hand. */
export async function converged(lab: TestLab): Promise<OnLabHost> {
  const host = await lab.addHost()
  // Not the test's own key: with it root's login would be shut, which makes the changes by hand.
  const inputs = await inputsFor(host, [{ name: 'ada', keys: [adasKey] }])
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

/** Puts the host back to what it was deployed as. */
export async function converge(deployed: Deployed): Promise<void> {
  useKeyFile(deployed.sshKeyFile)
  await onHost(deployed, () => hostResource.create(deployed.host as unknown as Bag, quietCall('web')))
}

/** What differs from that, one line a change: `firewall: close 8080`. */
export async function driftLines(deployed: Deployed): Promise<string[]> {
  const { drift } = await readDrift(deployed)
  return drift.flatMap(({ step, changes }) => changes.map((summary) => `${step}: ${summary}`))
}
