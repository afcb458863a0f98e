import { createSocket, type RemoteInfo, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net'
import { isTaken, portTaken } from '../port-taken.ts'
import { answerFrom } from './answer.ts'
import { forward, parseEndpoint, type Endpoint } from './forward.ts'
import { framed, readFrames } from './framing.ts'
import { readQuery, writeRefusal, writeReply } from './message.ts'
import { localhostZone, type Zone } from './zone.ts'

export interface DnsOptions {
  address: string
  /** 0 takes a free one. */
  port: number
  /** Asked anew for every question, so that a record is answered as soon as the API has it. */
  zones: () => readonly Zone[]
  /** Resolvers for all other names. */
  upstream: readonly string[]
  upstreamTimeoutMs?: number
}

export interface Dns {
  address: string
  port: number
  close(): Promise<void>
}

const idleTcpMs = 10_000

/** A DNS server over UDP and TCP: the word on the lab's zones, a forwarder for the rest of the world. */
export async function startDns(options: DnsOptions): Promise<Dns> {
  const { address, zones, upstreamTimeoutMs = 4_000 } = options
  const tcp = createServer()
  const udp = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4' })
  const port = await listen(tcp, udp, address, options.port)
  const upstream = options.upstream.map(parseEndpoint).filter((endpoint) => !isOurselves(endpoint))

  function isOurselves(endpoint: Endpoint): boolean {
    return endpoint.host === address && endpoint.port === port
  }

  async function answer(bytes: Buffer, via: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    const query = readQuery(bytes)
    if (query === undefined) return undefined
    if (typeof query === 'string') return writeRefusal(bytes, query)
    try {
      const { question } = query
      const reply = question.class === 'IN' && answerFrom([...zones(), localhostZone], question)
      if (reply) return writeReply(query, isTransfer(question.type) ? refused : reply, via)
      return (await forward(bytes, upstream, via, upstreamTimeoutMs)) ?? writeRefusal(bytes, 'SERVFAIL')
    } catch {
      // A record that doesn't fit its type (an A that is no address) must not cost the other names their answers.
      return writeRefusal(bytes, 'SERVFAIL')
    }
  }

  udp.on('message', (bytes: Buffer, sender: RemoteInfo) => {
    void answer(bytes, 'udp').then((reply) => reply && sendTo(udp, reply, sender))
  })
  // Such as ICMP's "port unreachable" from someone who didn't wait for the answer.
  udp.on('error', () => {})

  const connections = new Set<Socket>()
  tcp.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(idleTcpMs, () => socket.destroy())
    readFrames(socket, (bytes) => {
      void answer(bytes, 'tcp').then((reply) => reply && socket.writable && socket.write(framed(reply)))
    })
  })

  return {
    address,
    port,
    async close() {
      for (const socket of connections) socket.destroy()
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ])
    },
  }
}

const refused = { rcode: 'REFUSED' as const, authoritative: false, answers: [], authorities: [] }

function isTransfer(type: string): boolean {
  return type === 'AXFR' || type === 'IXFR'
}

function sendTo(udp: DatagramSocket, reply: Buffer, sender: RemoteInfo): void {
  try {
    udp.send(reply, sender.port, sender.address, () => {})
  } catch {
    // The server was closed while the answer was on its way.
  }
}

/** TCP first: it settles the number where any free port will do. */
async function listen(tcp: Server, udp: DatagramSocket, address: string, port: number): Promise<number> {
  try {
    tcp.listen(port, address)
    await once(tcp, 'listening')
  } catch (error) {
    udp.close()
    throw isTaken(error) ? portTaken('DNS', address, port, 'tcp', error) : error
  }
  const chosen = (tcp.address() as AddressInfo).port
  try {
    udp.bind(chosen, address)
    await once(udp, 'listening')
  } catch (error) {
    udp.close()
    tcp.close()
    throw isTaken(error) ? portTaken('DNS', address, chosen, 'udp', error) : error
  }
  return chosen
}
