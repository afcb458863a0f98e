import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface ProcessOptions {
  cwd?: string | undefined
  stdin?: string | Buffer | undefined
  environment?: Record<string, string>
  signal?: AbortSignal | undefined
  said?: ((stream: 'stdout' | 'stderr', line: string) => Promise<void>) | undefined
}

export interface Ran {
  exitCode: number
  stdout: string
  stderr: string
}

/** What a process ended by a signal is said to have ended with. */
export const noExitCode = 255

/** Runs a program to its end, and tells its lines as they come. */
export async function runProcess(program: string, args: string[], options: ProcessOptions): Promise<Ran> {
  const { cwd, stdin = '', environment, signal, said } = options
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C at a terminal goes to the whole group; the engine tells us itself.
    detached: true,
  })
  const stop = () => child.kill()
  signal?.addEventListener('abort', stop)
  const exit = new Promise<number>((resolve, reject) => {
    child.on('error', (cause) => reject(new Error(`cannot start ${program}: ${cause.message}`, { cause })))
    child.on('close', (code) => resolve(code ?? noExitCode))
  })
  // A command need not read what it is given.
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  const [stdout, stderr, exitCode] = await Promise.all([
    collect(child.stdout, (line) => said?.('stdout', line)),
    collect(child.stderr, (line) => said?.('stderr', line)),
    exit,
  ])
  signal?.removeEventListener('abort', stop)
  return { exitCode, stdout, stderr }
}

async function collect(stream: Readable, said: (line: string) => Promise<void> | undefined): Promise<string> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  for await (const line of createInterface({ input: stream })) await said(line)
  return Buffer.concat(chunks).toString()
}
