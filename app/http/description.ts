import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Site } from '../settings.ts'
import { open } from './shapes.ts'

/** `GET /api/openapi.json`: what programs may ask of this site. Made from the routes' schemas by `npm run openapi`. */
export function description(app: FastifyInstance, site: Site): void {
  const file = new URL(`./openapi-${site}.json`, import.meta.url)
  app.get('/api/openapi.json', { schema: { ...open, summary: 'This description' } }, (_request, reply) =>
    // Read when it is asked for: few do, and memory is short.
    reply.type('application/json; charset=utf-8').send(readFileSync(file)),
  )
}
