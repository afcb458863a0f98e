import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
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

/** Ends the session on the server, where its id means nothing from then on, and takes the cookie from the browser. */
export async function forgetSession(
  { settings, site }: Pick<SiteParts, 'settings' | 'site'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const secure = settings.origins[site].startsWith('https:')
  const name = cookieName('session', secure)
  if (request.cookies[name] === undefined) return
  await request.session.destroy()
  // With all that it was set with: a browser lets nobody touch a cookie with this prefix who does not say `Secure`.
  reply.clearCookie(name, { path: '/', httpOnly: true, sameSite: 'lax', secure })
}

/** A browser takes a cookie with this prefix from its own host over TLS only, and gives it to no other host. */
export const cookieName = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name)
