import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import session from '@fastify/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SiteParts } from '../parts.ts'

const days = 24 * 60 * 60 * 1000

/** Cookies and sessions for what is registered after it. */
export async function sessionsFor(app: FastifyInstance, parts: SiteParts): Promise<void> {
  const { sessions, site } = parts
  const { name, attributes } = siteCookie(parts, 'session')
  // A session of the people's site is none on that of the admins, whoever carries its cookie over.
  const form = new RegExp(`^${site}-[\\w-]{43}$`)
  await app.register(cookie)
  await app.register(session, {
    // 256 random bits need no signature; what has not their form is not looked up.
    secret: { sign: (id) => id, unsign: (id) => ({ valid: form.test(id), renew: false, value: id }) },
    idGenerator: () => `${site}-${randomBytes(32).toString('base64url')}`,
    store: sessions,
    cookieName: name,
    cookie: { ...attributes, maxAge: 30 * days },
    saveUninitialized: false,
    rolling: false,
  })
}

/** Ends the session on the server, where its id means nothing from then on, and leaves nothing of it in the browser. */
export async function forgetSession(
  parts: Pick<SiteParts, 'settings' | 'site'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { name, attributes } = siteCookie(parts, 'session')
  if (request.cookies[name] !== undefined) {
    await request.session.destroy()
    // With all that it was set with: a browser lets nobody touch a cookie with this prefix who does not say `Secure`.
    reply.clearCookie(name, attributes)
  }
  reply.header('clear-site-data', '"cache", "storage"')
}

/** What a cookie of a site is called, and what it is set and cleared with. */
export function siteCookie({ settings, site }: Pick<SiteParts, 'settings' | 'site'>, name: string) {
  const secure = settings.origins[site].startsWith('https:')
  return {
    // A browser takes a cookie with this prefix from its own host over TLS only, and gives it to no other host.
    name: secure ? `__Host-${name}` : name,
    attributes: { path: '/', httpOnly: true, sameSite: 'lax', secure },
  } as const
}
