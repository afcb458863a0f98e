import type { FastifyInstance } from 'fastify'

/** Long enough for a megabyte over a slow line; who sends nothing at all is answered then. */
const patienceMs = 2000

/**
 * Reads what is still being sent before it answers, and throws it away. A request can be refused by its first lines, but
 * a connection that closes on somebody who is still writing loses the answer: behind a web server it becomes a 502.
 */
export function unreadBody(app: FastifyInstance): void {
  app.addHook('onSend', async ({ raw }) => {
    const awaited =
      raw.headers['transfer-encoding'] !== undefined || Number(raw.headers['content-length'] ?? 0) > 0
    if (!awaited || raw.complete || raw.readableEnded || raw.destroyed) return
    const over = Promise.withResolvers<void>()
    const timer = setTimeout(over.resolve, patienceMs)
    raw.once('end', over.resolve).once('close', over.resolve).once('error', over.resolve).resume()
    await over.promise
    clearTimeout(timer)
  })
}
