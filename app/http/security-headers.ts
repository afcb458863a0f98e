import type { FastifyInstance } from 'fastify'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What browsers are told about every answer: nothing from elsewhere, no frames, no guessing, no trace in a cache. */
export const headersOf = ({ https }: { https: boolean }): Record<string, string> => ({
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cache-control': 'no-store',
  ...(https && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
})

export function securityHeaders(app: FastifyInstance, { https }: { https: boolean }): void {
  const headers = headersOf({ https })
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers)
  })
}
