import { setTimeout } from 'node:timers/promises'
import { OperatorError } from './errors.ts'
import type { Host } from './host.ts'

/** What every command of a run carries in its environment; the value is the run's process id. */
export const runMark = 'SHOESTRING_RUN'

/**
 * Waits for the commands of a run that was killed: they outlive it, and a firewall that two set up at once is none.
 * To be asked once this run is the only one.
 */
export async function waitForEarlierRun(host: Host, patienceMs = 120_000): Promise<void> {
  const until = Date.now() + patienceMs
  for (;;) {
    const [orphan] = await readOrphans(host)
    if (!orphan) return
    if (Date.now() > until) {
      throw new OperatorError('an earlier run is not over', {
        why: `a run before this one was killed, and its command goes on: ${orphan.command}`,
        fix: `wait for it, or end it on the host: kill ${orphan.pid}; then run pulumi up again`,
      })
    }
    await setTimeout(100)
  }
}

async function readOrphans(host: Host): Promise<{ pid: string; command: string }[]> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Whoever ends meanwhile is no orphan.
      const environment = await host.read(`/proc/${pid}/environ`).catch(() => undefined)
      const mark = environment?.split('\0').find((line) => line.startsWith(`${runMark}=`))
      if (mark === undefined || mark === `${runMark}=${process.pid}`) return []
      const words = (await host.read(`/proc/${pid}/cmdline`).catch(() => undefined)) ?? ''
      return [{ pid, command: words.replaceAll('\0', ' ').trim() }]
    }),
  )
  return found.flat()
}
