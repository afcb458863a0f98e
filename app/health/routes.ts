import type { FastifyInstance } from 'fastify'
import type { Db } from '../database/connect.ts'
import { inTime } from './in-time.ts'

/** `GET /healthz`: 200 when a query gets through to Postgres, else 503 that says which part is not well. */
export function health(app: FastifyInstance, { db }: { db: Pick<Db, 'unsafe'> }): void {
  app.get('/healthz', { logLevel: 'warn' }, async (request, reply) => {
    try {
      await inTime(db.unsafe('select 1'))
      return { status: 'ok', database: 'ok' }
    } catch (error) {
      // The whole reason is for the journal; outside it could tell too much.
      request.log.error(error, 'the database does not answer')
      reply.code(503)
      return { status: 'unavailable', database: codeOf(error) }
    }
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}
