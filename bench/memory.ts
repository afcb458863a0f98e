// What a host holds in memory when it idles without the app, process group by process group, and what its first
// converge takes at its peak, apt included; on a real host of the lab with a real limit of 512 MB.
// PSS: a page that several processes share is counted once, in equal parts; RSS would count it for each.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { controlGroupsOf } from '../lab/hosts/control-groups.ts'
import { openTestLab, type TestHost, type TestLab } from '../lab/hosts/test-lab.ts'
import { readToolchain } from '../plugin/toolchain.ts'
import { onBareHost, type OnBareHost } from './provisioning/ours.ts'

const limitMb = 512
const budgetMb = 95
/** Until start-up work is over and Go has given back what Caddy took for it. */
const settleMs = 90_000

// Processes by the unit that they belong to, without the session and the user manager that the measuring itself has.
const listProcesses = `
me=$(cut -d: -f3 /proc/self/cgroup | tail -1)
for process in /proc/[0-9]*; do
  group=$(tail -1 $process/cgroup 2>/dev/null | cut -d: -f3)
  pss=$(awk '/^Pss:/ { print $2 }' $process/smaps_rollup 2>/dev/null)
  case $group in */user.slice/*) continue;; esac
  [ -n "$pss" ] && [ "$group" != "$me" ] && echo "$pss $group $(cat $process/comm 2>/dev/null)"
done; true`

/** Megabytes of PSS by unit, largest first. */
async function pssByUnit(ours: OnBareHost): Promise<[string, number][]> {
  const stdout = await ours.script(listProcesses)
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  const byUnit = Map.groupBy(rows, ([, group = '', name = '']) => unitOf(group, name))
  return [...byUnit]
    .map(([unit, all]): [string, number] => [unit, all.reduce((sum, [kib]) => sum + Number(kib), 0) / 1024])
    .toSorted(([, a], [, b]) => b - a)
}

/** `caddy.service`; what is in no unit, by the program's name. */
function unitOf(group: string, name: string): string {
  return /([^/]+)\.(?:service|scope)(?:\/[^/]*)?$/.exec(group)?.[1] ?? name
}

interface Peak {
  /** With the pages of files that the kernel keeps while there is room. */
  allBytes: number
  /** Without them: what processes themselves held, sampled. */
  ownBytes: number
  kills: number
}

/** Watches a host's cgroup while something happens. */
async function peakDuring(lab: TestLab, host: TestHost, work: () => Promise<unknown>): Promise<Peak> {
  const groups = (await controlGroupsOf(lab.slot)).filter((group) => group.includes(`-${host.id}`))
  const read = async (file: string): Promise<string> => {
    const texts = await Promise.all(
      groups.map((group) => readFile(join(group, file), 'utf8').catch(() => '')),
    )
    return texts.find(Boolean) ?? ''
  }
  let ownBytes = 0
  // The name of the first is cgroup v1's, of the second v2's.
  const sample = async () => {
    ownBytes = Math.max(ownBytes, field(await read('memory.stat'), /^(?:total_rss|anon) (\d+)$/m))
  }
  const timer = setInterval(() => void sample(), 100)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return {
    allBytes: Number((await read('memory.max_usage_in_bytes')) || (await read('memory.peak'))),
    ownBytes,
    kills:
      field(await read('memory.oom_control'), /^oom_kill (\d+)$/m) ||
      field(await read('memory.events'), /^oom_kill (\d+)$/m),
  }
}

const field = (text: string, name: RegExp): number => Number(name.exec(text)?.[1] ?? 0)

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`

const lab = await openTestLab((await readToolchain()).image.path)
try {
  const host = await lab.addHost({ memoryMb: limitMb })
  const key = (await readFile(join(lab.stateFolder, 'key.pub'), 'utf8')).trim()
  const ours = await onBareHost(lab, host, key)
  const peak = await peakDuring(lab, host, ours.converge)
  await sleep(settleMs)
  const units = await pssByUnit(ours)
  await ours.close()
  const total = units.reduce((sum, [, size]) => sum + size, 0)
  for (const [unit, size] of units) console.log(`${unit.padEnd(34)} ${size.toFixed(1).padStart(7)} MB`)
  console.log(
    `${'idle, without the app'.padEnd(34)} ${total.toFixed(1).padStart(7)} MB   budget ${budgetMb} MB`,
  )
  console.log(
    `first converge, peak               ${megabytes(peak.ownBytes)} of processes; ` +
      `${megabytes(peak.allBytes)} with cached files, of ${limitMb} MB; killed: ${peak.kills}`,
  )
} finally {
  await lab.remove()
}
