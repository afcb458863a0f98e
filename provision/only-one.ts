import { createConnection, createServer } from 'node:net'
import { OperatorError } from './errors.ts'

// An abstract socket: the kernel gives it to one process, and takes it back however that process ends.
const socketName = '\0shoestring-converge'

/** Makes this the only run that changes the host; `doing` tells others what it is at. */
export async function claimHost(doing: () => string, name = socketName): Promise<Disposable> {
  const since = new Date().toISOString().slice(11, 19)
  const server = createServer((socket) => socket.end(`${doing()}, since ${since} UTC`))
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(name, resolve)
  try {
    await promise
  } catch (cause) {
    throw new OperatorError('another run is changing this host', {
      why: `another run is at work here: ${await askOther(name)}`,
      fix: 'wait for it to end, then run pulumi up again',
      cause,
    })
  }
  // A claim alone must not keep the process alive.
  server.unref()
  return { [Symbol.dispose]: () => void server.close() }
}

async function askOther(name: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let said = ''
  const socket = createConnection(name)
  socket.setTimeout(1000, () => socket.destroy())
  socket.on('data', (chunk) => (said += chunk.toString()))
  socket.on('error', () => {})
  socket.on('close', () => resolve(said || 'it does not say at what'))
  return promise
}
