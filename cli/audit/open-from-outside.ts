import { connect } from 'node:net'

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
  const answers = new Map<number, Knock>()
  // As many at once as every machine's limit on open files allows.
  for (let from = 0; from < ports.length; from += 400) {
    const batch = ports.slice(from, from + 400)
    await Promise.all(batch.map(async (port) => answers.set(port, await knock(address, port))))
    if (from === 0 && outsideOf(address, answers).unreachable) break
  }
  return outsideOf(address, answers)
}

type Knock = 'open' | 'closed' | 'no answer' | 'no way'

/** Where the network says there is no way and nobody at the address says anything, nothing was looked at. */
export function outsideOf(address: string, answers: ReadonlyMap<number, Knock>): Outside {
  const heard = [...answers.values()]
  if (heard.includes('no way') && !heard.includes('open') && !heard.includes('closed'))
    return { address, open: [], tried: 0, unreachable: noWayTo(address) }
  const open = [...answers].flatMap(([port, answer]) => (answer === 'open' ? [port] : []))
  return { address, open: open.toSorted((a, b) => a - b), tried: answers.size }
}

export const noWayTo = (address: string): string => `this machine has no way to ${address}`

/** What systems say where a packet can't even leave, or is turned back on its way. */
export const isNoWay = (code: string | undefined): boolean =>
  ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'].includes(code ?? '')

/** A firewall that drops looks like nobody there: `no answer`. */
async function knock(host: string, port: number, timeoutMs = 1000): Promise<Knock> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (answer: Knock) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => end('no answer'), timeoutMs)
    socket.once('connect', () => end('open'))
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      end(code === 'ECONNREFUSED' ? 'closed' : isNoWay(code) ? 'no way' : 'no answer'),
    )
  })
}
