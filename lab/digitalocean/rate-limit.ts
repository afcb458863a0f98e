import type { FastifyInstance } from 'fastify'

const requestsPerHour = 5000
const hourMs = 3_600_000

/** Counts requests by the hour into the RateLimit headers; the lab only counts, it never refuses. */
export function countRequests(app: FastifyInstance, now: () => Date): void {
  let remaining = requestsPerHour
  let resetMs = 0
  app.addHook('onRequest', async (_request, reply) => {
    const nowMs = now().getTime()
    if (nowMs >= resetMs) {
      remaining = requestsPerHour
      resetMs = nowMs + hourMs
    }
    remaining = Math.max(0, remaining - 1)
    reply.headers({
      'ratelimit-limit': requestsPerHour,
      'ratelimit-remaining': remaining,
      'ratelimit-reset': Math.ceil(resetMs / 1000),
    })
  })
}
