import { connect } from 'node:net'

// Beside the well-known ones: what people leave open by mistake, and what our own parts listen on.
const likely = [
  3000, 3128, 3306, 5000, 5432, 6379, 8000, 8008, 8080, 8081, 8443, 8888, 9000, 9090, 11211, 27017,
]
const all = [...Array.from({ length: 1024 }, (_, index) => index + 1), ...likely]

/** The TCP ports that answer at an address, found by trying: 1 to 1024 and some likely ones. */
export async function openPorts(address: string, ports: readonly number[] = all): Promise<number[]> {
  const open: number[] = []
  // As many at once as every machine's limit on open files allows.
  for (let first = 0; first < ports.length; first += 400) {
    const batch = ports.slice(first, first + 400)
    const answers = await Promise.all(batch.map((port) => isOpen(address, port)))
    open.push(...batch.filter((_, index) => answers[index]))
  }
  return open.toSorted((a, b) => a - b)
}

/** Whether a TCP port answers; a firewall that drops looks like nobody there. */
export async function isOpen(address: string, port: number, timeoutMs = 1500): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const end = (answer: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    // An answer that is there already wins over a process that was held up.
    const timer = setTimeout(() => setImmediate(() => end(false)), timeoutMs)
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}
