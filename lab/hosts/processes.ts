import { readdir, readFile, readlink } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { namespaceInode, namespacesOf } from '../network/namespace.ts'
import { startTimeOf } from '../processes.ts'
import type { Slot } from '../slot.ts'
import { OperatorError } from '../../provision/errors.ts'
import { placePrefix, type Place } from './place.ts'

/** The process that runs the host, if it does. */
export async function findSupervisor(place: Place): Promise<number | undefined> {
  const [pid, startTime] = (await read(place.pidFile)).trim().split(' ')
  if (!pid || !startTime) return undefined
  return (await startTimeOf(Number(pid))) === startTime ? Number(pid) : undefined
}

/** The host's init, as this machine numbers it: the first process below the supervisor that counts from 1. */
export async function findInit(place: Place): Promise<number | undefined> {
  const own = await readlink('/proc/self/ns/pid')
  let generation = [await findSupervisor(place)].filter((pid) => pid !== undefined)
  while (generation.length > 0) {
    const children = (await Promise.all(generation.map(readChildren))).flat()
    for (const pid of children) {
      const namespace = await readlink(`/proc/${pid}/ns/pid`).catch(() => own)
      // Before it has become init, it is still systemd-nspawn setting things up.
      if (namespace !== own && (await read(`/proc/${pid}/comm`)).trim() === 'systemd') return pid
    }
    generation = children
  }
  return undefined
}

/** Every process of one host: what runs it, and all in its cgroups. */
export async function processesOfHost({ name }: Place): Promise<number[]> {
  return scan((machine) => machine === name)
}

/** Every process of all hosts in the slot, and whatever else is in its networks. */
export async function processesOfSlot(slot: Slot): Promise<number[]> {
  const prefix = placePrefix(slot)
  return scan((machine) => machine.startsWith(prefix), await namespacesOf(slot))
}

/** Kills what `find` finds until it finds nothing. */
export async function killAll(find: () => Promise<number[]>, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (let left = await find(); left.length > 0; left = await find()) {
    if (Date.now() > deadline) {
      throw new OperatorError(`${left.length} processes of a host do not die`, {
        why: `still there after ${timeoutMs / 1000} s: ${left.join(' ')}`,
        fix: `see what they wait for: ps -o pid,stat,wchan,args -p ${left.join(',')}`,
      })
    }
    for (const pid of left) kill(pid)
    await setTimeout(20)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // Dead since it was found.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

// What a process is says more than a number that was noted: no process of others is ever among these.
async function scan(isOwn: (machine: string) => boolean, namespaces: string[] = []): Promise<number[]> {
  const inodes = await Promise.all(namespaces.map(namespaceInode))
  const networks = new Set(inodes.filter((inode) => inode !== undefined).map((inode) => `net:[${inode}]`))
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [stat, groups, args, network] = await Promise.all([
        read(`/proc/${pid}/stat`),
        read(`/proc/${pid}/cgroup`),
        read(`/proc/${pid}/cmdline`),
        readlink(`/proc/${pid}/ns/net`).catch(() => ''),
      ])
      // A zombie holds nothing any more; it waits for its parent.
      if (/\) [ZX] /.test(stat)) return false
      const inGroup = groups.split(/[/\n]/).some((group) => isOwn(group.replace(/\.scope$/, '')))
      const named = args.split('\0').some((arg) => isOwn(/^--machine=(.*)/.exec(arg)?.[1] ?? ''))
      return inGroup || named || networks.has(network)
    }),
  )
  return pids.filter((_, index) => found[index]).map(Number)
}

async function readChildren(pid: number): Promise<number[]> {
  const text = await read(`/proc/${pid}/task/${pid}/children`)
  return text.split(' ').filter(Boolean).map(Number)
}

const read = (path: string) => readFile(path, 'utf8').catch(() => '')
