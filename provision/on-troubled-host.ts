import { onSmallDisk } from '../lab/hosts/on-small-disk.ts'
import { test as labTest, testImage, type TestHost, type TestLab } from '../lab/testing.ts'
import type { Task } from './desired.ts'
import { desiredHost, openProvisioned, type ProvisionedHost } from './on-test-host.ts'

/** A host to which things happen. */
export interface Web {
  host: TestHost
  /** Afresh after each trouble: connections are cut too. */
  provisioned: ProvisionedHost
  task: Task
}

// One host for all tests of a file. Its disk can run full.
const hostTest = labTest.extend('sharedLab', { scope: 'file' }, async ({}, { onCleanup }) => {
  let opened: Promise<TestLab> | undefined
  onCleanup(async () => (await opened?.catch(() => undefined))?.remove())
  return { open: () => (opened ??= testImage().then((image) => onSmallDisk(image ?? '', 2500))) }
})
export const test = hostTest.extend('web', { scope: 'file' }, async ({}, { onCleanup }) => {
  let opened: Promise<Web> | undefined
  onCleanup(async () => (await opened)?.provisioned.close())
  const on = (lab: TestLab) => (opened ??= open(lab))
  let converged: Promise<Web> | undefined
  return { on, converged: (lab: TestLab) => (converged ??= on(lab).then(converge)) }
})

async function converge(web: Web): Promise<Web> {
  const { failure } = await web.provisioned.converge(web.task)
  if (failure) throw new Error(failure.why)
  return web
}

async function open(lab: TestLab): Promise<Web> {
  const host = await lab.addHost()
  const provisioned = await openProvisioned(lab, host)
  const peers = [{ name: 'ada-laptop', publicKey: `${'A'.repeat(42)}E=`, address: '10.77.0.2' }]
  const task = desiredHost(provisioned.caddy, {
    allow: ['22/tcp', '80/tcp', '443/tcp', '443/udp', '51820/udp'],
    wireguard: { address: '10.77.0.1/24', port: 51_820, peers },
  })
  return { host, provisioned, task }
}

/** What isn't well, and what a run has left lying about; nothing on a good host. */
export async function health(host: TestHost): Promise<string> {
  const { stdout } = await host.$(
    'systemctl --failed --plain --no-legend; dpkg --audit; apt-get check -qq; ls /var/lib/shoestring/undo 2>/dev/null; ' +
      "find /etc /home /root /opt /var/lib/shoestring -name '*.new' -o -name '*.candidate' -o -name '*.undo'; " +
      'systemctl is-active caddy ssh ufw fail2ban postgresql@17-main shoestring-wireguard | grep -vx active',
  )
  return stdout
}

/** A command that leaves so much of the disk free, and no more. */
export const fill = (leftMb: number): string =>
  `fallocate -l $(($(df -B1 --output=avail / | tail -1) - ${leftMb} * 1024 * 1024)) /fill`
