import { spawn } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { OperatorError } from './errors.ts'

// Root's alone: whoever else works on the host, an app that was taken over for one, can't keep an operator from it.
const ownFolder = '/run/shoestring'
/** A run that was just killed lets go in this time. */
const patienceSeconds = 2

/** Makes this the only run that changes the host; `doing` tells others what it is at. */
export async function claimHost(doing: () => string, folder = ownFolder): Promise<Disposable> {
  const since = new Date().toISOString().slice(11, 19)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const place = join(folder, 'converge.sock')
  const lock = await takeLock(join(folder, 'converge.lock'))
  if (!lock)
    throw new OperatorError('another run is changing this host', {
      why: `another run is at work here: ${await askOther(place)}`,
      fix: 'wait for it to end, then run pulumi up again',
    })
  const server = createServer((socket) => socket.end(`${doing()}, since ${since} UTC`))
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()))
  // What a killed run left there answers nobody.
  await rm(place, { force: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(place, resolve)
  await promise.catch((error: unknown) => {
    lock[Symbol.dispose]()
    throw error
  })
  // A claim alone must not keep the process alive.
  server.unref()
  return {
    [Symbol.dispose]() {
      server.close()
      lock[Symbol.dispose]()
    },
  }
}

/** Holds a lock until it is disposed of, or this process ends however it does; undefined where somebody else has it. */
async function takeLock(path: string): Promise<Disposable | undefined> {
  // Node has no locks of its own. The holder reads what nobody ever writes, and ends with whoever could.
  const words = ['--timeout', String(patienceSeconds), path, 'sh', '-c', 'echo held; exec cat']
  const holder = spawn('flock', words, { stdio: ['pipe', 'pipe', 'ignore'] })
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  holder.once('error', reject).once('exit', () => resolve(false))
  holder.stdout.once('data', () => resolve(true))
  if (!(await promise)) return undefined
  holder.unref()
  for (const stream of [holder.stdin, holder.stdout]) (stream as unknown as { unref?: () => void }).unref?.()
  return { [Symbol.dispose]: () => holder.stdin.end() }
}

async function askOther(place: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let said = ''
  const socket = createConnection(place)
  socket.setTimeout(1000, () => socket.destroy())
  socket.on('data', (chunk) => (said += chunk.toString()))
  socket.on('error', () => {})
  socket.on('close', () => resolve(said || 'it does not say at what'))
  return promise
}
