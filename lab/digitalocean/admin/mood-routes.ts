import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'
import { unprocessable } from '../wire/errors.ts'
import type { Lab } from './lab.ts'
import { wishIn } from './wish.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(3_600_000))

const LagWish = v.strictObject({
  path: v.optional(v.pipe(v.string(), v.startsWith('/v2/'))),
  kind: v.optional(v.pipe(v.string(), v.regex(/^[a-z_]+$/))),
  answers: count,
})
const DelayWish = v.strictObject({ type: v.pipe(v.string(), v.regex(/^[a-z0-9_]+$/)), ms })
const ClockWish = v.strictObject({
  advanceSeconds: v.optional(v.pipe(v.number(), v.finite())),
  at: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  reset: v.optional(v.literal(true)),
})
const LimitsWish = v.strictObject({
  perHour: v.optional(count),
  perMinute: v.optional(count),
  refuse: v.optional(v.boolean()),
})

const longerPaths: Record<string, string> = { keys: '/v2/account/keys', records: '/v2/domains/*/records' }

/** How slow the lab is, what time it has, and how much it takes: lag, delays, clock, limits. */
export function moodRoutes(app: FastifyInstance, { cloud, lag, delays, clock }: Lab): void {
  app.get('/lag', async () => ({ lag: lag.rules }))
  app.post('/lag', async (request, reply) => {
    const { path, kind, answers } = wishIn(LagWish, request)
    if ((path === undefined) === (kind === undefined))
      throw unprocessable('Either path or kind says what lags: {"kind": "keys", "answers": 2}.')
    lag.set({ path: path ?? longerPaths[kind ?? ''] ?? `/v2/${kind}`, answers })
    return reply.code(201).send({ lag: lag.rules })
  })
  app.delete('/lag', async (_request, reply) => {
    lag.clear()
    return reply.code(204).send()
  })

  app.get('/delays', async () => ({ delays: delays.list() }))
  app.post('/delays', async (request, reply) => {
    const { type, ms: length } = wishIn(DelayWish, request)
    delays.set(type, length)
    return reply.code(201).send({ delays: delays.list() })
  })
  app.delete('/delays', async (_request, reply) => {
    delays.clear()
    return reply.code(204).send()
  })

  const time = () => ({ clock: { now: clock.now().toISOString(), aheadSeconds: clock.aheadSeconds } })
  app.get('/clock', async () => time())
  app.post('/clock', async (request) => {
    const { advanceSeconds, at, reset } = wishIn(ClockWish, request)
    if ([advanceSeconds, at, reset].filter((wish) => wish !== undefined).length !== 1)
      throw unprocessable('One of advanceSeconds, at and reset says how the clock moves.')
    if (advanceSeconds !== undefined) clock.advance(advanceSeconds)
    else if (at !== undefined) clock.moveTo(new Date(at))
    else clock.reset()
    return time()
  })

  app.get('/limits', async () => ({ limits: cloud.limits }))
  app.post('/limits', async (request) => {
    const { perHour, perMinute, refuse } = wishIn(LimitsWish, request)
    if (perHour !== undefined) cloud.limits.perHour = perHour
    if (perMinute !== undefined) cloud.limits.perMinute = perMinute
    if (refuse !== undefined) cloud.limits.refuse = refuse
    return { limits: cloud.limits }
  })
}
