import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { record } from '../history/history.ts'
import { ownWayOnly } from '../http/cross-site.ts'
import type { Parts } from '../parts.ts'
import { clientOf, confirmed } from '../sessions/signed-in.ts'
import { exportOf } from './export.ts'

/** All that is kept about whoever is signed in, as a file to save. */
export async function sendExport(
  { db, limits, settings }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { id } = confirmed(request)
  // It is a line of the history, and few may be had in an hour.
  ownWayOnly(request)
  await limits.take(['export', id])
  await record(db, { accountId: id, event: 'data-exported', client: clientOf(request) })
  const day = new Date().toISOString().slice(0, 10)
  return reply
    .type('application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="account-${day}.json"`)
    .send(Readable.from(exportOf(db, id, settings.name)))
}
