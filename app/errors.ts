import createError from '@fastify/error'
import type { FastifyInstance } from 'fastify'

const NotFound = createError('NOT_FOUND', 'There is nothing at this address', 404)

/** Every error as a stable code and a sentence; what we didn't foresee goes to the log and not to the outside. */
export function errors(app: FastifyInstance): void {
  app.setNotFoundHandler(() => {
    throw new NotFound()
  })
  app.setErrorHandler((error: { statusCode?: number; code?: string; message: string }, request, reply) => {
    const status = error.statusCode ?? 500
    reply.code(status).header('cache-control', 'no-store')
    if (status < 500) return { error: { code: error.code ?? 'BAD_REQUEST', message: error.message } }
    request.log.error(error)
    return { error: { code: 'INTERNAL', message: 'Something went wrong on our side' } }
  })
}
