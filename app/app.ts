import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { ownData } from './accounts/own-data-routes.ts'
import { accounts } from './accounts/routes.ts'
import { addresses } from './addresses/routes.ts'
import { admin } from './admin/routes.ts'
import { factors } from './factors/routes.ts'
import { factorSteps } from './factors/step-routes.ts'
import { health } from './health/routes.ts'
import { history } from './history/routes.ts'
import { description } from './http/description.ts'
import { crossSite } from './http/cross-site.ts'
import { earlyErrors } from './http/early-errors.ts'
import { errors } from './http/errors.ts'
import { OneLineEach, withoutQueries } from './http/log-lines.ts'
import { methods } from './http/methods.ts'
import { lazySchemas } from './http/lazy-schemas.ts'
import { securityHeaders } from './http/security-headers.ts'
import { unreadBody } from './http/unread-body.ts'
import { countRequests } from './metrics/server.ts'
import { notMeLink } from './not-me/routes.ts'
import { assets } from './pages/assets.ts'
import { tellFor } from './pages/error-page.ts'
import { version, type Running } from './pages/home.ts'
import { pages } from './pages/pages.ts'
import type { Parts, SiteParts } from './parts.ts'
import { passwords } from './passwords/routes.ts'
import { recovery } from './recovery/routes.ts'
import { sessionsFor } from './sessions/plugin.ts'
import { sessions } from './sessions/routes.ts'
import type { Site } from './settings.ts'

export interface SiteOptions {
  running: Running
  logger: NonNullable<FastifyServerOptions['logger']>
  /** Only the web server can reach it, so what that says about the client is true. */
  behindProxy: boolean
  /** Registered before everything else, to see every route. */
  describe?: (app: FastifyInstance) => unknown
}

/** One site's table of contents: what it answers, and what each part is handed. */
export async function buildSite(site: Site, parts: Parts, options: SiteOptions): Promise<FastifyInstance> {
  const { running, logger, behindProxy, describe } = options
  const all: SiteParts = { ...parts, site }
  const origin = parts.settings.origins[site]
  const https = origin.startsWith('https:')
  const tell = tellFor(all)
  const app = fastify({
    logger: withoutQueries(logger),
    logController: new OneLineEach(),
    trustProxy: behindProxy,
    bodyLimit: 64 * 1024,
    requestTimeout: 15_000,
    ...earlyErrors(tell, { https }),
  })
  lazySchemas(app)
  await describe?.(app)
  countRequests(app, parts, site)
  unreadBody(app)
  methods(app)
  errors(app, tell, (error, route) => parts.reports.report(error, route))
  securityHeaders(app, { https })
  health(app, parts)
  await app.register(async (guarded) => {
    crossSite(guarded, origin)
    description(guarded, site)
    version(guarded, running)
    assets(guarded)
    await guarded.register(async (scope) => {
      await sessionsFor(scope, all)
      await scope.register((routes) => api(routes, all), { prefix: '/api' })
      await scope.register((forms) => pages(forms, all, running))
    })
  })
  return app
}

async function api(app: FastifyInstance, parts: SiteParts): Promise<void> {
  // JSON and nothing else: no page of a stranger can send it without asking first.
  app.removeContentTypeParser('text/plain')
  await app.register(sessions, parts)
  await app.register(passwords, parts)
  await app.register(recovery, parts)
  await app.register(factors, parts)
  await app.register(factorSteps, parts)
  if (parts.site === 'app') {
    await app.register(accounts, parts)
    await app.register(ownData, parts)
    await app.register(addresses, parts)
    await app.register(history, parts)
    await app.register(notMeLink, parts)
  }
  if (parts.site === 'admin') await app.register(admin, parts)
}
