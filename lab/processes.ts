import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { replaceFile } from './replace-file.ts'

/** A child of the lab as it is written down: the start time tells it from a later process with the same number. */
interface RecordedProcess {
  name: string
  pid: number
  /** Field 22 of /proc/<pid>/stat: clock ticks since the machine's start. */
  startTime: string
}

const graceMs = 2_000
const pollMs = 20

/** Writes down a child, so that it can be ended even after this process was killed. */
export async function recordProcess(stateFolder: string, name: string, pid: number): Promise<void> {
  const startTime = await startTimeOf(pid)
  if (startTime === undefined) return
  const file = fileOf(stateFolder, name)
  const record: RecordedProcess = { name, pid, startTime }
  await replaceFile(file, JSON.stringify(record))
}

/** Forgets a child that has ended. */
export async function forgetProcess(stateFolder: string, name: string): Promise<void> {
  await rm(fileOf(stateFolder, name), { force: true })
}

/** Ends every recorded child that still runs and answers their names. */
export async function endRecordedProcesses(stateFolder: string): Promise<string[]> {
  const folder = join(stateFolder, 'pids')
  const files = await readdir(folder).catch(() => [])
  const ended: string[] = []
  for (const file of files) {
    const record = await readRecord(join(folder, file))
    if (record && (await end(record))) ended.push(record.name)
    await rm(join(folder, file), { force: true })
  }
  return ended
}

async function end({ pid, startTime }: RecordedProcess): Promise<boolean> {
  const runs = async () => (await startTimeOf(pid)) === startTime
  if (!(await runs())) return false
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalTo(pid, signal)
    const deadline = Date.now() + graceMs
    while (Date.now() < deadline) {
      if (!(await runs())) return true
      await sleep(pollMs)
    }
  }
  throw new Error(`Process ${pid} does not end, not even by SIGKILL`)
}

async function readRecord(path: string): Promise<RecordedProcess | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as Partial<RecordedProcess>
    const { name, pid, startTime } = record
    // Whatever else a broken file says, 0 and negative numbers would signal whole groups.
    if (!name || !startTime || !Number.isSafeInteger(pid) || Number(pid) < 2) return undefined
    return { name, pid: Number(pid), startTime }
  } catch {
    return undefined
  }
}

/** When a process started, as the kernel counts it; `undefined` for one that has ended, zombies included: nothing is left of them to end. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field is the command's name in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? undefined : fields[19]
}

/** Signals a process that may have ended since it was found. */
export function signalTo(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended meanwhile.
  }
}

function fileOf(stateFolder: string, name: string): string {
  return join(stateFolder, 'pids', `${name}.json`)
}
