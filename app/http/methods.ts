import type { FastifyInstance, FastifyReply } from 'fastify'
import { refusal } from './refusals.ts'

const MethodNotAllowed = refusal('METHOD_NOT_ALLOWED', 405)
const NotFound = refusal('NOT_FOUND', 404)

const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Tells an address that isn't there (404) from one that takes other methods (405, with those it takes). */
export function methods(app: FastifyInstance): void {
  const routes: { pattern: RegExp; methods: string[] }[] = []
  app.addHook('onRoute', ({ path, method }) => {
    const pattern = new RegExp(
      `^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+')}$`,
    )
    routes.push({ pattern, methods: [method].flat() })
  })
  const allowedAt = (url: string): Set<string> => {
    const path = url.split('?', 1)[0] ?? ''
    return new Set(routes.flatMap(({ pattern, methods: taken }) => (pattern.test(path) ? taken : [])))
  }
  app.addHook('onRequest', async ({ method, url }, reply) => {
    // Before anybody looks for a body that such a method might have.
    if (!known.has(method)) refuse(reply, allowedAt(url))
  })
  app.setNotFoundHandler(({ method, url }, reply) => {
    const allowed = allowedAt(url)
    if (allowed.size === 0 || allowed.has(method)) throw new NotFound()
    refuse(reply, allowed)
  })
}

function refuse(reply: FastifyReply, allowed: Set<string>): never {
  reply.header('allow', [...allowed].join(', '))
  throw new MethodNotAllowed()
}
