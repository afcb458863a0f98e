import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { setTimeout } from 'node:timers/promises'
import { lastLines, OperatorError } from '../../provision/errors.ts'
import { makeControlGroups } from './control-groups.ts'
import type { Place } from './place.ts'
import { signalTo } from '../processes.ts'
import { findInit, findSupervisor, killAll, processesOfHost } from './processes.ts'

// systemd's own signals for its process 1, counted from the C library's first real-time signal.
const [powerOffSignal, rebootSignal] = [34 + 4, 34 + 5]

/** Boots the host and leaves it to itself: it outlives this process. Its disk and network must be there. */
export async function start(
  place: Place,
  { name, memoryMb }: { name: string; memoryMb: number },
): Promise<void> {
  const { folders, command } = await makeControlGroups(place, memoryMb)
  const supervise = fileURLToPath(new URL('supervise.sh', import.meta.url))
  const args = [supervise, place.pidFile, folders.join(' '), ...command, ...nspawn(place, name)]
  const log = await open(place.consoleFile, 'a')
  const child = spawn('sh', args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: environment,
    cwd: '/',
  })
  try {
    await once(child, 'spawn')
  } finally {
    await log.close()
  }
  child.unref()
  await waitFor(place, 10_000, 'boot', async () => {
    if (child.exitCode !== null)
      throw await failed(place, 'boot', `systemd-nspawn ended with ${child.exitCode}`)
    return (await findInit(place)) !== undefined
  })
}

/** Cuts the power: nothing on the host gets to say anything. */
export async function cut(place: Place): Promise<void> {
  await killAll(() => processesOfHost(place))
}

/** Asks the host to switch itself off and waits until it has. */
export async function shutDown(place: Place, timeoutMs = 30_000): Promise<void> {
  const asked = await ask(place, powerOffSignal)
  await waitFor(place, timeoutMs, 'shut down', async () => {
    if ((await findSupervisor(place)) === undefined) return true
    await asked.again()
    return false
  })
}

/** Asks the host to reboot and waits until the next init runs. */
export async function restart(place: Place, timeoutMs = 30_000): Promise<void> {
  const before = await findInit(place)
  const asked = await ask(place, rebootSignal)
  await waitFor(place, timeoutMs, 'reboot', async () => {
    const now = await findInit(place)
    if (now !== undefined && now !== before) return true
    await asked.again()
    return false
  })
}

// An init that has just begun doesn't listen yet, and the signal is lost: asked again now and then.
async function ask(place: Place, signal: number): Promise<{ again: () => Promise<void> }> {
  const first = await findInit(place)
  let askedAt = 0
  const again = async () => {
    if (Date.now() - askedAt < 5000) return
    askedAt = Date.now()
    if (first !== undefined && (await findInit(place)) === first) signalTo(first, signal)
  }
  await again()
  return { again }
}

async function waitFor(
  place: Place,
  timeoutMs: number,
  what: string,
  done: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await done())) {
    if (Date.now() > deadline) throw await failed(place, what, `not within ${timeoutMs / 1000} s`)
    await setTimeout(20)
  }
}

async function failed(place: Place, what: string, why: string): Promise<OperatorError> {
  const said = lastLines(await readFile(place.consoleFile, 'utf8').catch(() => ''), 8)
  return new OperatorError(`host ${place.id} did not ${what}`, {
    why: said ? `${why}; it said:\n${said}` : why,
    fix:
      what === 'boot' ? `look at ${place.consoleFile}` : 'switch it off and on again, which does not ask it',
  })
}

/** All a Debian needs to take the container for a machine: its own network's settings, firewall, keyrings and services' cgroups. */
function nspawn(place: Place, name: string): string[] {
  return [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    `--directory=${place.root}`,
    `--machine=${place.name}`,
    `--hostname=${name}`,
    `--network-namespace-path=/run/netns/${place.namespace}`,
    '--capability=CAP_NET_ADMIN,CAP_NET_RAW',
    '--system-call-filter=@keyring',
    // This machine may have no systemd to register with.
    '--register=no',
    '--keep-unit',
    '--console=pipe',
    '--settings=no',
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
    // Cutting the power does not empty this machine's page cache, so syncing would only cost apt its time.
    '--suppress-sync=yes',
  ]
}

const environment = {
  PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
  // systemd 257 wants cgroup v2 inside, also where the machine outside has v1.
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
  // The host sets its own network's kernel settings; the rest of /proc/sys is this machine's.
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
  // The host's own systemd mounts /tmp, as on a droplet, with the options that the host's files name.
  SYSTEMD_NSPAWN_TMPFS_TMP: '0',
}
