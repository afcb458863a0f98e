import type { FastifyInstance } from 'fastify'
import { ApiError } from './errors.ts'

const hourMs = 3_600_000
const minuteMs = 60_000

/** How many requests a token may send. Only counted unless `refuse` says more: a lab's tests send many. */
export interface RateLimits {
  perHour: number
  /** The burst that is let through, whatever the hour has left. */
  perMinute: number
  refuse: boolean
}

/** DigitalOcean's own: https://docs.digitalocean.com/reference/api/ */
export const usualLimits = (): RateLimits => ({ perHour: 5000, perMinute: 250, refuse: false })

interface Counted {
  hour: Span
  minute: Span
}

interface Span {
  endMs: number
  requests: number
}

/** Counts each token's requests into the RateLimit headers, and refuses with 429 where the limits say so. */
export function countRequests(app: FastifyInstance, limits: RateLimits, now: () => Date): void {
  const counted = new Map<string, Counted>()
  app.addHook('onRequest', async ({ headers }, reply) => {
    const token = headers.authorization ?? ''
    const nowMs = now().getTime()
    const before = counted.get(token)
    const hour = within(before?.hour, nowMs, hourMs)
    const minute = within(before?.minute, nowMs, minuteMs)
    counted.set(token, { hour, minute })
    const spent =
      hour.requests >= limits.perHour ? hour : minute.requests >= limits.perMinute ? minute : undefined
    const refused = limits.refuse && spent !== undefined
    if (!refused) {
      hour.requests += 1
      minute.requests += 1
    }
    reply.headers({
      'ratelimit-limit': limits.perHour,
      'ratelimit-remaining': Math.max(0, limits.perHour - hour.requests),
      'ratelimit-reset': Math.ceil(hour.endMs / 1000),
    })
    if (!refused) return
    const waitSeconds = Math.max(1, Math.ceil((spent.endMs - nowMs) / 1000))
    throw new ApiError(429, 'too_many_requests', 'API Rate limit exceeded.', {
      headers: { 'retry-after': waitSeconds },
    })
  })
}

/** The span that goes on, or the next one; also when the clock was set back. */
function within(span: Span | undefined, nowMs: number, lengthMs: number): Span {
  const goesOn = span !== undefined && nowMs < span.endMs && span.endMs - nowMs <= lengthMs
  return goesOn ? span : { endMs: nowMs + lengthMs, requests: 0 }
}
