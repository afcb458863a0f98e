import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { OperatorError } from '../../provision/errors.ts'

// An abstract socket: the kernel drops it with its process, so no kill can leave the lock behind.
const lock = '\0shoestring-machine'

/** Runs what only one process on the machine may do at a time. */
export async function exclusively<T>(work: () => Promise<T>, timeoutMs = 60_000): Promise<T> {
  const release = await acquire(Date.now() + timeoutMs)
  try {
    return await work()
  } finally {
    await release()
  }
}

async function acquire(deadline: number): Promise<() => Promise<void>> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ path: lock }, resolve)
    })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause
    if (Date.now() > deadline) {
      throw new OperatorError('another lab has been changing this machine for a minute', {
        why: 'it holds the socket @shoestring-machine',
        fix: 'see which process it is: ss -xlp | grep shoestring',
        cause,
      })
    }
    await setTimeout(25)
    return acquire(deadline)
  }
  return () => new Promise((resolve) => server.close(() => resolve()))
}
