import type { FastifyInstance, FastifyRequest } from 'fastify'
import { refusal } from './refusals.ts'

const CrossSite = refusal('CROSS_SITE', 403)
const Misdirected = refusal('MISDIRECTED', 421)
const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses what another site makes a browser send: by Sec-Fetch-Site, by Origin where that is missing. A request with
 * neither comes from no browser; it may not be a form, the one kind that a page of a stranger can always send.
 */
export function crossSite(app: FastifyInstance, origin: string): void {
  const { hostname, protocol } = new URL(origin)
  app.addHook('onRequest', async ({ method, headers, hostname: asked, host }) => {
    // Any port: what is passed on to this one is nobody's secret, and no link is ever made of it.
    if (asked.toLowerCase() !== hostname) throw new Misdirected()
    if (safe.has(method)) return
    const site = headers['sec-fetch-site']
    if (site !== undefined) {
      if (site !== 'same-origin') throw new CrossSite()
    } else if (headers.origin !== undefined) {
      if (headers.origin !== `${protocol}//${host}`) throw new CrossSite()
    } else if (headers['content-type'] !== undefined && !isJson(headers['content-type']))
      throw new CrossSite()
  })
}

/** Refuses a page or file that leaves a trace to whom another site sent here; typed and kept addresses are nobody's. */
export function ownWayOnly({ headers }: FastifyRequest): void {
  if (['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']))) throw new CrossSite()
}

const isJson = (type: string): boolean => /^application\/json\s*(?:;|$)/i.test(type)
