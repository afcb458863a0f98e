import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MachineMetrics } from '../machines.ts'
import { linkName } from '../network/machine-link.ts'
import { $ } from '../network/shell.ts'
import type { Slot } from '../slot.ts'
import { controlGroupsOf } from './control-groups.ts'
import type { Place } from './place.ts'

/** What a host uses, as its cgroups, its link and its disk say; undefined when it doesn't run. */
export async function readMetrics(
  slot: Slot,
  place: Place,
  imageFolder: string,
): Promise<MachineMetrics | undefined> {
  const groups = (await controlGroupsOf(slot)).filter((group) =>
    [place.name, `${place.name}.scope`].some((name) => group.endsWith(`/${name}`)),
  )
  const [cpu, memory, running, traffic] = await Promise.all([
    firstOf(groups, readCpuSeconds),
    firstOf(groups, readMemory),
    Promise.all(groups.map(countRunning)),
    readTraffic(slot, place.id),
  ])
  if (cpu === undefined || memory === undefined || traffic === undefined) return undefined
  return {
    cpuSeconds: cpu,
    ...memory,
    runningTasks: Math.max(...running),
    ...traffic,
    diskBytes: async () => (await diskUse(place.upper)) + (await imageUse(imageFolder)),
  }
}

async function firstOf<T>(groups: string[], read: (group: string) => Promise<T | undefined>) {
  const all = await Promise.all(groups.map(read))
  return all.find((one) => one !== undefined)
}

const contentOf = (...path: string[]) => readFile(join(...path), 'utf8').catch(() => undefined)

/** A line of `name value`. */
function valueOf(lines: string | undefined, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(lines ?? '')?.[1]
  return value === undefined ? undefined : Number(value)
}

async function readCpuSeconds(group: string): Promise<number | undefined> {
  const micros = valueOf(await contentOf(group, 'cpu.stat'), 'usage_usec')
  return micros === undefined ? undefined : micros / 1e6
}

/** Without what the kernel would give back at once: pages of files that nobody used lately. */
async function readMemory(group: string) {
  const [one, two, stat] = await Promise.all([
    contentOf(group, 'memory.usage_in_bytes'),
    contentOf(group, 'memory.current'),
    contentOf(group, 'memory.stat'),
  ])
  const used = one ?? two
  if (used === undefined) return undefined
  const spare = valueOf(stat, 'total_inactive_file') ?? valueOf(stat, 'inactive_file') ?? 0
  return { memoryBytes: Number(used) - spare }
}

/** Processes of the cgroup, and of those below it, that run or wait for a disk. */
async function countRunning(group: string): Promise<number> {
  const [own, entries] = await Promise.all([
    contentOf(group, 'cgroup.procs'),
    readdir(group, { withFileTypes: true }).catch(() => []),
  ])
  const states = (own ?? '')
    .split('\n')
    .filter(Boolean)
    .map(async (pid) => /\) ([A-Z])/.exec((await contentOf('/proc', pid, 'stat')) ?? '')?.[1] ?? '')
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => countRunning(join(group, name)))
  const running = (await Promise.all(states)).filter((state) => state === 'R' || state === 'D')
  return (await Promise.all(below)).reduce((sum, count) => sum + count, running.length)
}

/** The counters of the router's end of the link, where sent and received are the other way round. */
async function readTraffic(slot: Slot, id: number) {
  const shown = await $({ nothrow: true })`ip -n ${slot.prefix} -s -j link show ${linkName(id)}`
  if (shown.exitCode !== 0) return undefined
  const [link] = shown.json<{ stats64: Record<'rx' | 'tx', { bytes: number }> }[]>()
  return link && { sentBytes: link.stats64.rx.bytes, receivedBytes: link.stats64.tx.bytes }
}

async function diskUse(folder: string): Promise<number> {
  const { stdout } = await $({ nothrow: true })`du -sx --block-size=1 ${folder}`
  return Number.parseInt(stdout, 10) || 0
}

const imageUses = new Map<string, Promise<number>>()

/** An image doesn't change, and takes its time to be counted. */
function imageUse(folder: string): Promise<number> {
  const known = imageUses.get(folder) ?? diskUse(folder)
  imageUses.set(folder, known)
  return known
}
