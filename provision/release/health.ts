import { request } from 'node:http'
import { setTimeout } from 'node:timers/promises'

export interface Health {
  healthy: boolean
  /** What it said, or why it said nothing. */
  said: string
}

/** Asks a release over its socket how it is. */
export function readHealth(socketPath: string, timeoutMs = 3000): Promise<Health> {
  const { promise, resolve } = Promise.withResolvers<Health>()
  const asked = request(
    { socketPath, path: '/healthz', headers: { host: 'localhost' }, agent: false },
    (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (body = (body + chunk).slice(0, 1000)))
      answer.on('error', (error) => resolve({ healthy: false, said: error.message }))
      answer.on('end', () =>
        resolve({
          healthy: answer.statusCode === 200,
          said: `/healthz answers ${answer.statusCode} ${body.trim()}`,
        }),
      )
    },
  )
  const limit = AbortSignal.timeout(timeoutMs)
  limit.addEventListener('abort', () => asked.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
  asked.on('error', (error) => resolve({ healthy: false, said: `/healthz: ${error.message}` }))
  asked.end()
  return promise
}

/** Asks until it is well or the time is over; answers what it said last. `alive` ends the wait early. */
export async function waitUntilHealthy(
  socketPath: string,
  timeoutMs: number,
  alive: () => Promise<boolean>,
): Promise<Health> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const health = await readHealth(socketPath)
    if (health.healthy || Date.now() > end || !(await alive())) return health
    await setTimeout(100)
  }
}
