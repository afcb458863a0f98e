import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { landingPage, stylePathOf, type Running } from './page.ts'

// Both as source and in a bundle these lie beside the code.
const style = readFileSync(new URL('./landing.css', import.meta.url), 'utf8')
const icon = readFileSync(new URL('./icon.svg', import.meta.url), 'utf8')

const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** `GET /`, its style and icon, and `GET /version` for programs. */
export function landing(app: FastifyInstance, running: Running): void {
  const stylePath = stylePathOf(style)
  const page = landingPage(running, stylePath)
  app.get('/', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-cache')
      .send(page),
  )
  app.get(stylePath, (_request, reply) =>
    reply
      .type('text/css; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(style),
  )
  app.get('/icon.svg', (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(icon),
  )
  app.get('/version', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({
      version: running.version,
      release: running.release,
      since: running.since.toISOString(),
      node: process.version,
    }),
  )
}
