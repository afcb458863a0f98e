import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import type { SiteParts } from '../parts.ts'

const days = 24 * 60 * 60 * 1000

/** Cookies and sessions for what is registered after it. */
export async function sessionsFor(
  app: FastifyInstance,
  { sessions, settings, site }: SiteParts,
): Promise<void> {
  const secure = settings.origins[site].startsWith('https:')
  // A session of the people's site is none on that of the admins, whoever carries its cookie over.
  const form = new RegExp(`^${site}-[\\w-]{43}$`)
  await app.register(cookie)
  await app.register(session, {
    // 256 random bits need no signature; what has not their form is not looked up.
    secret: { sign: (id) => id, unsign: (id) => ({ valid: form.test(id), renew: false, value: id }) },
    idGenerator: () => `${site}-${randomBytes(32).toString('base64url')}`,
    store: sessions,
    cookieName: cookieName('session', secure),
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: 30 * days },
    saveUninitialized: false,
    rolling: false,
  })
}

/** A browser takes a cookie with this prefix from its own host over TLS only, and gives it to no other host. */
export const cookieName = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name)
