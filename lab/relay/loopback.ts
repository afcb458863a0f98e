import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { isTaken, portTaken } from '../port-taken.ts'

/** TCP on both loopback addresses, on one port. */
export interface Loopback {
  port: number
  close(): Promise<void>
}

/** Listens on the first port of the list that is free on 127.0.0.1 and [::1]; 0 is any. */
export async function listenOnLoopback(
  what: string,
  ports: readonly number[],
  onConnection: (socket: Socket) => void,
): Promise<Loopback> {
  const connections = new Set<Socket>()
  const track = (socket: Socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    // Whatever goes wrong on one connection ends that one.
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  }
  let last: unknown
  for (const port of ports) {
    try {
      const servers = await listenOnBoth(port, track)
      return {
        port: (servers[0].address() as AddressInfo).port,
        async close() {
          for (const socket of connections) socket.destroy()
          await Promise.all(servers.map((server) => once(server.close(), 'close')))
        },
      }
    } catch (error) {
      // EACCES: ports below 1024 are for root.
      if (!isTaken(error) && (error as NodeJS.ErrnoException).code !== 'EACCES') throw error
      last = portTaken(what, '127.0.0.1', port, 'tcp', error)
    }
  }
  throw last
}

async function listenOnBoth(
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<[Server, ...Server[]]> {
  const first = await listen('127.0.0.1', port, onConnection)
  try {
    return [first, await listen('::1', (first.address() as AddressInfo).port, onConnection)]
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return [first] // a machine without IPv6
    await once(first.close(), 'close')
    throw error
  }
}

async function listen(host: string, port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection)
  server.listen({ host, port, ipv6Only: true })
  await once(server, 'listening')
  return server
}
