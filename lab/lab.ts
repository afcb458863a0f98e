import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { leftovers, takeDown } from './cleanup.ts'
import type { Report } from './daemon.ts'
import { OperatorError } from '../provision/errors.ts'
import type { LabPaths } from './paths.ts'
import { endRecordedProcesses, signalTo } from './processes.ts'
import { readSlot } from './claim-slot.ts'
import { findDaemons, forgetStatus, readStatus, type LabStatus } from './status.ts'

const startTimeoutMs = 60_000
const stopTimeoutMs = 15_000

/** Starts the lab of this folder, or finds it running. */
export async function up(paths: LabPaths): Promise<{ status: LabStatus; started: boolean }> {
  const running = (await readStatus(paths)) ?? (await beingStarted(paths))
  if (running) return { status: running, started: false }
  await mkdir(paths.logs, { recursive: true })
  const logFile = join(paths.logs, 'daemon.log')
  const log = await open(logFile, 'a')
  const child = fork(join(import.meta.dirname, 'daemon.ts'), [paths.state], {
    detached: true,
    cwd: paths.state,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  })
  try {
    const said = await new Promise<Report>((resolve, reject) => {
      const tooLate = setTimeout(
        () => reject(failure(`did not answer within ${startTimeoutMs / 1000} s`)),
        startTimeoutMs,
      )
      tooLate.unref()
      child.once('message', (message) => resolve(message as Report))
      child.once('exit', (code) => reject(failure(`ended with exit code ${code}`)))
      child.once('error', reject)
    })
    if ('failed' in said) {
      const other = said.failed.busy ? await beingStarted(paths) : undefined
      if (other) return { status: other, started: false }
      const { message, why = 'see its log', fix = `read ${logFile}, then start again` } = said.failed
      throw new OperatorError(message, { why, fix })
    }
    return { status: said.ready, started: true }
  } finally {
    if (child.connected) child.disconnect()
    child.unref()
    await log.close()
  }

  function failure(what: string): OperatorError {
    return new OperatorError(`the lab ${what}`, {
      why: 'its own words are in its log',
      fix: `read ${logFile}`,
    })
  }
}

/** The lab that another process is starting right now; undefined when there is none, or when it comes to nothing. */
async function beingStarted(paths: LabPaths): Promise<LabStatus | undefined> {
  for (const until = Date.now() + startTimeoutMs; Date.now() < until; await sleep(50)) {
    const status = await readStatus(paths)
    if (status) return status
    if ((await findDaemons(paths.state)).length === 0) return undefined
  }
  return undefined
}

/** Ends the lab and everything of it on this machine; its disks and its account stay for the next `up`. */
export async function down(paths: LabPaths): Promise<{ left: string[] }> {
  await stopDaemon(paths)
  await forgetStatus(paths)
  await endRecordedProcesses(paths.state)
  const slot = await readSlot(paths.state)
  if (!slot) return { left: [] }
  await takeDown(slot)
  return { left: await leftovers(slot) }
}

/** Ends the lab and forgets all it had: hosts, account, mail, Pulumi's state. */
export async function reset(paths: LabPaths): Promise<void> {
  const { left } = await down(paths)
  if (left.length > 0) {
    throw new OperatorError('something of the lab is still there', {
      why: left.join('\n        '),
      fix: 'npm run lab -- down, once more',
    })
  }
  if (existsSync(paths.state)) await rm(paths.state, { recursive: true })
}

async function stopDaemon(paths: LabPaths): Promise<void> {
  const until = Date.now() + stopTimeoutMs
  for (let signal: NodeJS.Signals = 'SIGTERM'; ; signal = Date.now() > until ? 'SIGKILL' : 'SIGTERM') {
    const running = await findDaemons(paths.state)
    if (running.length === 0) return
    for (const pid of running) signalTo(pid, signal)
    await sleep(50)
  }
}
