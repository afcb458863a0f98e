import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { lastLines } from '../../../provision/errors.ts'
import type { Connection } from './connection.ts'
import { withSshFolder } from './ssh-folder.ts'

export interface Order {
  command: string
  stdin?: string | undefined
  environment: Record<string, string>
  signal: AbortSignal
  /** Told after each attempt that failed. */
  waiting(why: string): Promise<void>
  said(stream: 'stdout' | 'stderr', line: string): Promise<void>
}

export interface Ran {
  exitCode: number
  stdout: string
  stderr: string
}

// The waits of the official plugin: the first, how it grows, the longest.
const [firstWaitMs, growth, longestWaitMs] = [100, 1.5, 5000]
const connectionFailed = 255

/** Runs a command through the system's OpenSSH client, dialling again while the host doesn't answer yet. */
export async function runOverSsh(connection: Connection, order: Order): Promise<Ran> {
  return withSshFolder(connection, async (options) => {
    const target = ['-l', connection.user ?? 'root', '-p', String(connection.port ?? 22), connection.host]
    await dial(connection, order, [...options, ...target, 'true'])
    const sent = Object.keys(order.environment).flatMap((name) => ['-o', `SendEnv=${name}`])
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

async function ssh(args: string[], order?: Order): Promise<Ran> {
  const child = spawn('ssh', args, {
    env: { ...process.env, ...order?.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C at a terminal goes to the whole group; the engine tells us itself.
    detached: true,
  })
  const stop = () => child.kill()
  order?.signal.addEventListener('abort', stop)
  const exit = new Promise<number>((resolve, reject) => {
    child.on('error', (cause) => reject(new Error(`cannot start ssh: ${cause.message}`, { cause })))
    child.on('close', (code) => resolve(code ?? connectionFailed))
  })
  // A command need not read what it is given.
  child.stdin.on('error', () => undefined)
  child.stdin.end(order?.stdin ?? '')
  const [stdout, stderr, exitCode] = await Promise.all([
    collect(child.stdout, (line) => order?.said('stdout', line)),
    collect(child.stderr, (line) => order?.said('stderr', line)),
    exit,
  ])
  order?.signal.removeEventListener('abort', stop)
  return { exitCode, stdout, stderr }
}

async function collect(stream: Readable, said: (line: string) => Promise<void> | undefined): Promise<string> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  for await (const line of createInterface({ input: stream })) await said(line)
  return Buffer.concat(chunks).toString()
}
