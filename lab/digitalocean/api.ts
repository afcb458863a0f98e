import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Machines } from '../machines.ts'
import { account } from './account.ts'
import { actions } from './actions.ts'
import { parseJson } from './body.ts'
import { catalog } from './catalog.ts'
import type { Cloud } from './cloud.ts'
import { domains } from './domains.ts'
import { droplets } from './droplets.ts'
import { ApiError, notFound, notImplemented } from './errors.ts'
import { firewallParts } from './firewall-parts.ts'
import { firewalls } from './firewalls.ts'
import { Jobs } from './jobs.ts'
import { keys } from './keys.ts'
import { projects } from './projects.ts'
import { countRequests } from './rate-limit.ts'
import { reconcile } from './reconcile.ts'
import { records } from './records.ts'
import { logRequests, type Log } from './request-log.ts'
import { reservedIps } from './reserved-ips.ts'
import type { Store } from './store.ts'
import { tags } from './tags.ts'
import { vpcs } from './vpcs.ts'

export interface ApiOptions {
  store: Store
  machines: Machines
  log: Log
  clock?: () => Date
}

export type Api = FastifyInstance & {
  /** Brings the machines to what the state says; once, at the start. */
  reconcile(): Promise<void>
  /** Resolves when nothing is under way behind the answers. */
  idle(): Promise<void>
}

const resources = [
  account,
  catalog,
  keys,
  droplets,
  actions,
  firewalls,
  firewallParts,
  domains,
  records,
  reservedIps,
  tags,
  projects,
  vpcs,
]

/** DigitalOcean's API over the lab's machines: what Shoestring uses of it, and 501 for the rest. */
export function createApi({ store, machines, log, clock = () => new Date() }: ApiOptions): Api {
  const app = Fastify({
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    // A tag's name may be 255 long.
    routerOptions: { maxParamLength: 300 },
  })
  const jobs = new Jobs(log, clock)
  const cloud: Cloud = { store, machines, jobs, log, now: clock }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, text: string | Buffer) =>
    parseJson(String(text)),
  )
  logRequests(app, log, clock)
  countRequests(app, clock)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? ''))
      throw new ApiError(401, 'Unauthorized', 'Unable to authenticate you')
  })

  app.setErrorHandler<Error & { statusCode?: number }>(async (error, request, reply) => {
    const known = error instanceof ApiError ? error : asApiError(error)
    if (known.status === 500)
      log({ at: clock().toISOString(), error: `${request.method} ${request.url} failed`, why: error.stack })
    return reply.code(known.status).send({ id: known.id, message: known.message, request_id: request.id })
  })
  app.setNotFoundHandler((request) => {
    const [path = ''] = request.url.split('?')
    throw path.startsWith('/v2/') ? notImplemented(`${request.method} ${path}`) : notFound()
  })

  app.register(
    async (v2) => {
      for (const resource of resources) resource(v2, cloud)
    },
    { prefix: '/v2' },
  )
  app.addHook('onClose', () => jobs.idle())
  return Object.assign(app, { reconcile: () => reconcile(cloud), idle: () => jobs.idle() })
}

/** What Fastify itself refuses keeps its status; everything else is the lab's own fault. */
function asApiError({ statusCode = 500, message }: Error & { statusCode?: number }): ApiError {
  return statusCode < 500
    ? new ApiError(statusCode, 'bad_request', message)
    : new ApiError(500, 'server_error', `Unexpected server-side error: ${message}`)
}
