import { setTimeout } from 'node:timers/promises'
import { lastLines } from '../../../provision/errors.ts'
import type { Connection } from './connection.ts'
import { noExitCode, runProcess, type Ran } from './run-process.ts'
import { withSshFolder } from './ssh-folder.ts'

export interface Order {
  command: string
  stdin?: string | Buffer | undefined
  environment: Record<string, string>
  signal: AbortSignal
  /** Told after each attempt that failed. */
  waiting(why: string): Promise<void>
  said: (stream: 'stdout' | 'stderr', line: string) => Promise<void>
}

// The waits of the official plugin: the first, how it grows, the longest.
const [firstWaitMs, growth, longestWaitMs] = [100, 1.5, 5000]
// OpenSSH's own; a process that a signal ended is no connection either.
const connectionFailed = noExitCode

/** Runs a command through the system's OpenSSH client, dialling again while the host doesn't answer yet. */
export async function runOverSsh(connection: Connection, order: Order): Promise<Ran> {
  return withSshFolder(connection, async (options) => {
    const target = ['-l', connection.user ?? 'root', '-p', String(connection.port ?? 22), connection.host]
    // What may be sent, the process decides that holds the connection.
    const sent = Object.keys(order.environment).flatMap((name) => ['-o', `SendEnv=${name}`])
    await dial(connection, order, [...options, ...sent, ...target, 'true'])
    try {
      return await ssh([...options, ...sent, ...target, order.command], order)
    } finally {
      await ssh([...options, '-O', 'exit', ...target])
    }
  })
}

/** Opens the connection that the command then goes through, so that only dialling is ever repeated. */
async function dial(connection: Connection, order: Order, args: string[]): Promise<void> {
  const limit = connection.dialErrorLimit ?? 10
  const began = Date.now()
  for (let attempt = 1; ; attempt++) {
    // oxlint-disable-next-line no-await-in-loop
    const { exitCode, stderr } = await ssh(args)
    if (exitCode === 0) return
    const why = lastLines(stderr, 1)
    if (exitCode !== connectionFailed) throw new Error(`${connection.host} lets nobody run commands: ${why}`)
    // Asking again would not make it another host.
    const wrongHost = /host key verification failed/i.test(stderr)
    if (wrongHost || order.signal.aborted || (limit >= 0 && attempt > limit)) {
      const waited = `after ${attempt} attempt(s) in ${Math.round((Date.now() - began) / 1000)} s`
      throw new Error(`no connection to ${connection.host}, port ${connection.port ?? 22}, ${waited}: ${why}`)
    }
    // oxlint-disable-next-line no-await-in-loop
    await order.waiting(why)
    // oxlint-disable-next-line no-await-in-loop
    await setTimeout(Math.min(longestWaitMs, firstWaitMs * growth ** (attempt - 1)))
  }
}

const ssh = async (args: string[], order?: Order): Promise<Ran> => runProcess('ssh', args, order ?? {})
