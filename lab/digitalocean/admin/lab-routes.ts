import type { FastifyInstance } from 'fastify'
import { ApiError, notFound, unprocessable } from '../wire/errors.ts'
import type { Lab } from './lab.ts'
import { accountRoutes } from './account-routes.ts'
import { faultRoutes } from './fault-routes.ts'
import { moodRoutes } from './mood-routes.ts'
import { onlyFromHere } from './only-from-here.ts'

/** What only a lab can do, for people and tests on this machine: faults, clock, lag, the account as a whole. */
export function labRoutes(app: FastifyInstance, lab: Lab): void {
  onlyFromHere(app)
  app.addHook('onSend', async (request, reply, payload) => {
    reply.header('x-request-id', request.id)
    return payload
  })
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.setErrorHandler<Error & { statusCode?: number }>(async (error, request, reply) => {
    const { status, id } = error instanceof ApiError ? error : asRefusal(error)
    return reply.code(status).send({ id, message: error.message, request_id: request.id })
  })
  faultRoutes(app, lab)
  moodRoutes(app, lab)
  accountRoutes(app, lab)
  app.get<{ Querystring: { since?: string } }>('/requests', async ({ query }, reply) => {
    const since = Number(query.since ?? 0)
    if (!Number.isInteger(since))
      throw unprocessable('since must be the number of a request, as its line has it.')
    return reply.type('application/jsonl; charset=utf-8').send(lab.recent.lines(since))
  })
}

const asRefusal = ({ statusCode = 500 }: { statusCode?: number }) =>
  statusCode < 500 ? { status: statusCode, id: 'bad_request' } : { status: 500, id: 'server_error' }
