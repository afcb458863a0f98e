import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { OperatorError } from '../../provision/errors.ts'
import { placePrefix, type Place } from './place.ts'
import type { Slot } from '../slot.ts'

/** How a host's processes get into their cgroups. */
export interface Entrance {
  /** Cgroups to step into before the host starts. */
  folders: string[]
  /** A command to start the host with. */
  command: string[]
}

const systemdScopes = '/sys/fs/cgroup/system.slice'

/**
 * Makes the cgroups that hold a host: its memory is a real limit, without swap, as a droplet's is, and its
 * services are apart from other hosts'. Tried with cgroup v1 only; the other two ways are written from the manuals.
 */
export async function makeControlGroups({ name }: Place, memoryMb: number): Promise<Entrance> {
  const { memory, unified } = await readHierarchies()
  const bytes = String(memoryMb * 1024 * 1024)
  if (memory) {
    const [limit, services] = [join(memory, name), join(unified, name)]
    await Promise.all([limit, services].map((folder) => mkdir(folder, { recursive: true })))
    const withSwap = join(limit, 'memory.memsw.limit_in_bytes')
    // The kernel refuses a limit above the one that includes swap, which a larger droplet still has from before.
    if (existsSync(withSwap)) await writeFile(withSwap, '-1')
    await writeFile(join(limit, 'memory.limit_in_bytes'), bytes)
    if (existsSync(withSwap)) await writeFile(withSwap, bytes)
    return { folders: [limit, services], command: [] }
  }
  if (existsSync('/run/systemd/system')) {
    const limits = [`MemoryMax=${bytes}`, 'MemorySwapMax=0', 'Delegate=yes'].flatMap((limit) => ['-p', limit])
    const scope = [
      'systemd-run',
      '--scope',
      '--quiet',
      '--collect',
      `--unit=${name}`,
      ...limits,
      '--',
      '"$@"',
    ].join(' ')
    // After a reboot of the host its last scope may live a moment longer.
    const waits = `while systemctl -q is-active ${name}.scope; do sleep 0.1; done; exec ${scope}`
    return { folders: [], command: ['sh', '-c', waits, 'sh'] }
  }
  const own = join(unified, name)
  await writeFile(join(unified, 'cgroup.subtree_control'), '+memory')
  await mkdir(own, { recursive: true })
  await writeFile(join(own, 'memory.max'), bytes)
  await writeFile(join(own, 'memory.swap.max'), '0')
  return { folders: [own], command: [] }
}

/** Does something while no process of the host runs; a host that is off needs no stopping. */
export async function whileFrozen<T>(slot: Slot, { name }: Place, work: () => Promise<T>): Promise<T> {
  const isOwn = (folder: string) => folder.endsWith(`/${name}`) || folder.endsWith(`/${name}.scope`)
  const groups = (await controlGroupsOf(slot))
    .filter(isOwn)
    .filter((folder) => existsSync(join(folder, 'cgroup.freeze')))
  const tell = (value: '0' | '1') =>
    Promise.all(groups.map((folder) => writeFile(join(folder, 'cgroup.freeze'), value)))
  try {
    await tell('1')
    await Promise.all(groups.map((folder) => frozen(folder)))
    return await work()
  } finally {
    // A host that was killed meanwhile has taken its cgroups along.
    await tell('0').catch(() => undefined)
  }
}

/** Waits until the last process of the cgroup has stopped. */
async function frozen(folder: string, deadline = Date.now() + 10_000): Promise<void> {
  while (!/^frozen 1$/m.test(await readFile(join(folder, 'cgroup.events'), 'utf8'))) {
    if (Date.now() > deadline) throw new Error(`the processes in ${folder} do not stop`)
    await setTimeout(5)
  }
}

/** All cgroups of hosts in the slot. */
export async function controlGroupsOf(slot: Slot): Promise<string[]> {
  const mounts = await readCgroupMounts()
  const parents = [...mounts.map(({ target }) => target), systemdScopes]
  const found = parents.map(async (parent) => {
    const names = await readdir(parent).catch(() => [])
    return names.filter((name) => name.startsWith(placePrefix(slot))).map((name) => join(parent, name))
  })
  return (await Promise.all(found)).flat()
}

/** Removes the cgroups of one host, which has no processes any more. */
export async function removeControlGroups(slot: Slot, { name }: Place): Promise<void> {
  const own = (await controlGroupsOf(slot)).filter((folder) => folder.endsWith(`/${name}`))
  for (const folder of own) await removeControlGroup(folder)
}

/** Removes a cgroup with all below it. Its last process may take a moment to be forgotten. */
export async function removeControlGroup(folder: string, deadline = Date.now() + 5000): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries)
    if (entry.isDirectory()) await removeControlGroup(join(folder, entry.name), deadline)
  try {
    await rmdir(folder)
  } catch (cause) {
    if (!existsSync(folder)) return
    if (Date.now() > deadline) throw cause
    await setTimeout(20)
    await removeControlGroup(folder, deadline)
  }
}

/** Where the memory controller of cgroup v1 is, if it's in use, and where cgroup v2 is. */
async function readHierarchies(): Promise<{ memory: string | undefined; unified: string }> {
  const mounts = await readCgroupMounts()
  const unified = mounts.find(({ type }) => type === 'cgroup2')?.target
  const memory = mounts.find(({ type, options }) => type === 'cgroup' && options.includes('memory'))?.target
  if (!unified) {
    throw new OperatorError('hosts need cgroup v2, if only for their services', {
      why: 'this machine has it mounted nowhere',
      fix: 'mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified',
    })
  }
  return { memory, unified }
}

async function readCgroupMounts(): Promise<{ target: string; type: string; options: string[] }[]> {
  const lines = (await readFile('/proc/mounts', 'utf8')).trim().split('\n')
  return lines
    .map((line) => line.split(' '))
    .map(([, target = '', type = '', options = '']) => ({ target, type, options: options.split(',') }))
    .filter(({ type }) => type.startsWith('cgroup'))
}
