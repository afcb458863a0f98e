import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { isNoWay, noWayTo } from './open-from-outside.ts'

/** `silent` may be closed by a firewall, or open and waiting for a better question: nobody outside can tell. */
export type UdpAnswer = 'answers' | 'closed' | 'silent'

// What makes a server of each kind answer whoever asks.
const questions: Record<number, Buffer> = {
  // DNS: who is the root?
  53: Buffer.from('0000010000010000000000000000020001', 'hex'),
  // NTP, client mode of version 4.
  123: Buffer.concat([Buffer.from([0x23]), Buffer.alloc(47)]),
  // QUIC: a version that nobody has, which a server answers with those that it has (RFC 9000, 6.1).
  443: Buffer.concat([
    Buffer.from([0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8]),
    Buffer.from('shoestri'),
    Buffer.from([8]),
    Buffer.from('outsider'),
    Buffer.alloc(1177),
  ]),
}

/** Asks UDP ports at an address what their usual service would answer; an error where no question gets there. */
export async function udpAnswers(
  address: string,
  listening: readonly number[],
): Promise<Record<number, UdpAnswer>> {
  const ports = [...new Set([53, 123, 443, 51_820, ...listening])].toSorted((a, b) => a - b)
  return answersOf(
    address,
    await Promise.all(ports.map(async (port) => [port, await ask(address, port)] as const)),
  )
}

export function answersOf(
  address: string,
  heard: (readonly [number, UdpAnswer | 'no way'])[],
): Record<number, UdpAnswer> {
  if (
    heard.every(([, answer]) => answer === 'no way' || answer === 'silent') &&
    heard.some(([, answer]) => answer === 'no way')
  )
    throw new Error(noWayTo(address))
  return Object.fromEntries(heard.map(([port, answer]) => [port, answer === 'no way' ? 'silent' : answer]))
}

async function ask(address: string, port: number, timeoutMs = 1500): Promise<UdpAnswer | 'no way'> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const question = questions[port] ?? Buffer.from([0])
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve('silent'), timeoutMs)
      const end = (answer: UdpAnswer | 'no way') => {
        clearTimeout(timer)
        resolve(answer)
      }
      socket.once('message', () => end('answers'))
      // Refused: the host itself says that nobody listens. Anything else tells nothing about the port.
      socket.once('error', ({ code }: NodeJS.ErrnoException) =>
        end(code === 'ECONNREFUSED' ? 'closed' : isNoWay(code) ? 'no way' : 'silent'),
      )
      // No callback: it would get the error of a connect that fails, in place of the event.
      socket.once('connect', () => socket.send(question))
      socket.connect(port, address)
    })
  } finally {
    socket.close()
  }
}
