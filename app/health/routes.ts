import type { FastifyInstance } from 'fastify'
import type { Db } from '../database/connect.ts'

const queryTimeoutMs = 2000

/** `GET /healthz`: 200 when a query gets through to Postgres, else 503 that says which part is not well. */
export function health(app: FastifyInstance, { db }: { db: Pick<Db, 'unsafe'> }): void {
  app.get('/healthz', { logLevel: 'warn' }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    try {
      await withTimeout(db.unsafe('select 1'))
      return { status: 'ok', database: 'ok' }
    } catch (error) {
      // The whole reason is for the journal; outside it could tell too much.
      request.log.error(error, 'the database does not answer')
      reply.code(503)
      return { status: 'unavailable', database: codeOf(error) }
    }
  })
}

async function withTimeout(query: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () =>
      late.reject(
        Object.assign(new Error(`no answer within ${queryTimeoutMs / 1000} s`), { code: 'TIMEOUT' }),
      ),
    queryTimeoutMs,
  )
  try {
    await Promise.race([query, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}
