import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Machines } from '../machines.ts'
import { Clock } from './admin/clock.ts'
import { Delays } from './admin/delays.ts'
import { Faults } from './admin/faults.ts'
import { Lag } from './admin/lag.ts'
import { lagReads } from './admin/lag-reads.ts'
import type { Lab } from './admin/lab.ts'
import { labRoutes } from './admin/lab-routes.ts'
import { RecentLog } from './admin/recent-log.ts'
import { strikeWith } from './admin/strike.ts'
import { refuseAbsent } from './wire/absent.ts'
import { account } from './account.ts'
import { actions } from './actions.ts'
import { parseBody } from './wire/body.ts'
import { catalog } from './images/catalog.ts'
import type { Cloud } from './cloud.ts'
import { domains } from './domains/domains.ts'
import { dropletActionRoutes } from './droplets/droplet-action-routes.ts'
import { dropletRelations } from './droplets/droplet-relations.ts'
import { droplets } from './droplets/droplets.ts'
import { ApiError } from './wire/errors.ts'
import { firewallParts } from './network/firewall-parts.ts'
import { firewalls } from './network/firewalls.ts'
import { imageActions } from './images/image-actions.ts'
import { images } from './images/images.ts'
import { Jobs } from './state/jobs.ts'
import { keys } from './keys.ts'
import { alertPolicies } from './monitoring/alert-policies.ts'
import { nowhere, type Outside } from './monitoring/outside.ts'
import { uptimeAlerts } from './monitoring/uptime-alerts.ts'
import { uptimeChecks } from './monitoring/uptime-checks.ts'
import { Watch } from './monitoring/watch.ts'
import { projectMembers } from './projects/project-resources.ts'
import { projects } from './projects/projects.ts'
import { countRequests, usualLimits } from './wire/rate-limit.ts'
import { reconcile } from './state/reconcile.ts'
import { records } from './domains/records.ts'
import { logRequests, type Log } from './wire/request-log.ts'
import { reservedIps } from './network/reserved-ips.ts'
import { snapshots } from './images/snapshots.ts'
import type { Store } from './state/store.ts'
import { tags } from './tags.ts'
import { vpcs } from './network/vpcs.ts'

export interface ApiOptions {
  store: Store
  machines: Machines
  log: Log
  clock?: () => Date
  /** What monitoring needs: mail, names, certificates. */
  outside?: Outside
}

export type Api = FastifyInstance & {
  /** Brings the machines to what the state says; once, at the start. */
  reconcile(): Promise<void>
  /** Resolves when nothing is under way behind the answers. */
  idle(): Promise<void>
  /** Looks at once at all that has an alert or an uptime check; usually that happens every few seconds. */
  look(): Promise<void>
}

const resources = [
  account,
  catalog,
  keys,
  droplets,
  dropletActionRoutes,
  dropletRelations,
  images,
  imageActions,
  snapshots,
  actions,
  firewalls,
  firewallParts,
  domains,
  records,
  reservedIps,
  tags,
  projects,
  projectMembers,
  vpcs,
  alertPolicies,
  uptimeChecks,
  uptimeAlerts,
]

/** DigitalOcean's API over the lab's machines: what Shoestring uses of it, and 501 for the rest. */
export function createApi({
  store,
  machines,
  log,
  clock: beneath = () => new Date(),
  outside = nowhere,
}: ApiOptions): Api {
  const app = Fastify({
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    // A tag's name may be 255 long.
    routerOptions: { maxParamLength: 300 },
  })
  const clock = new Clock(beneath)
  const recent = new RecentLog(log)
  const jobs = new Jobs(recent.log, clock.now)
  const delays = new Delays()
  const watch = new Watch({ store, machines, outside, log: recent.log, now: clock.now })
  const cloud: Cloud = {
    store,
    machines,
    jobs,
    log: recent.log,
    now: clock.now,
    limits: usualLimits(),
    watch,
    delay: delays.wait,
  }
  const lab: Lab = { cloud, faults: new Faults(), lag: new Lag(), delays, clock, recent }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'string' },
    async (request: FastifyRequest, text: string | Buffer) => parseBody(request, String(text)),
  )
  app.register(async (routes) => labRoutes(routes, lab), { prefix: '/_lab' })
  app.register(async (api) => servePublicly(api, lab))
  app.addHook('onClose', () => {
    delays.clear()
    store.end()
    return jobs.idle()
  })
  app.addHook('onClose', () => watch.close())
  return Object.assign(app, {
    reconcile: () => reconcile(cloud),
    idle: () => jobs.idle(),
    look: () => watch.look(),
  })
}

/** Everything a client of DigitalOcean may meet; what goes wrong there on demand, the lab says. */
function servePublicly(app: FastifyInstance, { cloud, faults, lag }: Lab): void {
  const { log, now } = cloud
  lagReads(app, lag)
  strikeWith(faults, app, log, now)
  logRequests(app, log, now)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  countRequests(app, cloud.limits, now)
  app.addHook('onRequest', async (request) => {
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? ''))
      throw new ApiError(401, 'Unauthorized', 'Unable to authenticate you')
  })
  app.setErrorHandler<Error & { statusCode?: number }>(async (error, request, reply) => {
    const known = error instanceof ApiError ? error : asApiError(error)
    if (!(error instanceof ApiError) && known.status === 500)
      log({ at: now().toISOString(), error: `${request.method} ${request.url} failed`, why: error.stack })
    const said = known.body ?? { id: known.id, message: known.message, request_id: request.id }
    return reply.code(known.status).headers(known.headers).send(said)
  })
  refuseAbsent(app)
  app.register(
    async (v2) => {
      for (const resource of resources) resource(v2, cloud)
    },
    { prefix: '/v2' },
  )
}

/** What Fastify itself refuses keeps its status; everything else is the lab's own fault. */
function asApiError({ statusCode = 500, message }: Error & { statusCode?: number }): ApiError {
  return statusCode < 500
    ? new ApiError(statusCode, 'bad_request', message)
    : new ApiError(500, 'server_error', `Unexpected server-side error: ${message}`)
}
