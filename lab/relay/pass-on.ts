import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { pipeline } from 'node:stream'

const connectTimeoutMs = 5_000

/** Joins a client to a host, both ways, until both have said all; answers false when the host can't be reached. */
export async function passOn(client: Socket, address: string, port: number): Promise<boolean> {
  const backend = connect({ host: address, port, allowHalfOpen: true, noDelay: true })
  // A client that leaves while we still connect.
  const abandon = () => backend.destroy()
  client.once('close', abandon)
  try {
    await once(backend, 'connect', { signal: AbortSignal.timeout(connectTimeoutMs) })
  } catch {
    backend.destroy()
    return false
  }
  client.off('close', abandon)
  for (const socket of [client, backend]) socket.setKeepAlive(true, 60_000)
  // A reset of one side ends both; a clean end of one leaves the other its time to finish. Errors are theirs to see.
  const done = (error: unknown) => {
    if (!error) return
    client.destroy()
    backend.destroy()
  }
  pipeline(client, backend, done)
  pipeline(backend, client, done)
  return true
}
