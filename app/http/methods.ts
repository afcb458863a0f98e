import type { FastifyInstance } from 'fastify'
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
  const allowedAt = (url: string): string[] => {
    const path = url.split('?', 1)[0] ?? ''
    return routes.flatMap(({ pattern, methods: taken }) => (pattern.test(path) ? taken : []))
  }
  app.addHook('onRequest', async ({ method, url }, reply) => {
    if (known.has(method)) return
    // Before anybody looks for a body that such a method might have.
    reply.header('allow', [...new Set(allowedAt(url))].join(', '))
    throw new MethodNotAllowed()
  })
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedAt(request.url)
    if (allowed.length === 0 || allowed.includes(request.method)) throw new NotFound()
    reply.header('allow', [...new Set(allowed)].join(', '))
    throw new MethodNotAllowed()
  })
}
