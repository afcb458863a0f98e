import { connect } from 'node:net'
import { isIPv6 } from 'node:net'

/** What this machine found at an address by trying. */
export interface Outside {
  address: string
  open: number[]
  tried: number
  /** Why nothing could be tried at all, as where this machine has no IPv6. */
  unreachable?: string
}

// Beside the well-known ones: what people leave open by mistake.
const likely = [
  2019, 2222, 3000, 3128, 3306, 4444, 5000, 5432, 6379, 8000, 8008, 8080, 8081, 8443, 8888, 9000, 9090, 9100,
  10000, 11211, 25060, 27017, 51820,
]
const wellKnown = Array.from({ length: 1024 }, (_, index) => index + 1)

/** Tries TCP ports at an address: the well-known, some likely ones, and those where the host says that something listens. */
export async function openFromOutside(address: string, listening: readonly number[]): Promise<Outside> {
  const ports = [...new Set([...wellKnown, ...likely, ...listening])]
  const first = await knock(address, 22)
  if (first === 'no way') {
    const why = `this machine has no way to ${isIPv6(address) ? 'IPv6 addresses' : address}`
    return { address, open: [], tried: 0, unreachable: why }
  }
  const open: number[] = []
  // As many at once as every machine's limit on open files allows.
  for (let from = 0; from < ports.length; from += 400) {
    const batch = ports.slice(from, from + 400)
    const answers = await Promise.all(batch.map((port) => knock(address, port)))
    open.push(...batch.filter((_, index) => answers[index] === 'open'))
  }
  return { address, open: open.toSorted((a, b) => a - b), tried: ports.length }
}

/** A firewall that drops looks like nobody there: `no answer`. */
async function knock(host: string, port: number, timeoutMs = 1000): Promise<'open' | 'no answer' | 'no way'> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (answer: 'open' | 'no answer' | 'no way') => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => end('no answer'), timeoutMs)
    socket.once('connect', () => end('open'))
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      end(code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL' ? 'no way' : 'no answer'),
    )
  })
}
