import type { FastifyInstance } from 'fastify'
import { notFound } from '../wire/errors.ts'
import { labelRequest } from '../wire/request-log.ts'
import type { Lag } from './lag.ts'

/** Holds back from reads what the lag still hides. */
export function lagReads(app: FastifyInstance, lag: Lag): void {
  app.addHook('preHandler', async (request) => {
    if (!lag.any || request.method !== 'GET') return
    const [path = ''] = request.url.split('?')
    if (!lag.hides(path)) return
    labelRequest(request, { lag: true })
    throw notFound()
  })

  app.addHook('onSend', async (request, reply, payload) => {
    if (!lag.any || typeof payload !== 'string' || reply.statusCode >= 300) return payload
    const [path = ''] = request.url.split('?')
    if (request.method === 'POST') lag.created(path, JSON.parse(payload))
    if (request.method !== 'GET') return payload
    return JSON.stringify(lag.withoutHidden(path, JSON.parse(payload)))
  })
}
