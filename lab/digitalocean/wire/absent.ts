import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, notFound, notImplemented } from './errors.ts'
import { labelRequest } from './request-log.ts'

/** What DigitalOcean has and the lab doesn't, by the path it begins with; there is no machine behind any of it. */
const absent: Readonly<Record<string, string>> = {
  '1-clicks': '1-Click applications',
  addons: 'add-ons',
  apps: 'App Platform',
  billing: 'billing',
  byoip_prefixes: 'addresses of your own',
  cdn: 'CDN endpoints',
  certificates: 'certificates of load balancers',
  customers: 'invoices and balances',
  databases: 'managed databases',
  droplet_autoscale: 'droplet autoscale pools',
  functions: 'functions',
  'gen-ai': 'the GradientAI platform',
  kubernetes: 'Kubernetes clusters',
  load_balancers: 'load balancers',
  'monitoring/metrics': 'metrics over the API (its alerts fire all the same)',
  'monitoring/sinks': 'log sinks',
  nfs: 'network file storage',
  partner_network_connect: 'partner attachments',
  registries: 'container registries',
  registry: 'the container registry',
  reports: 'reports',
  reserved_ipv6: 'reserved IPv6 addresses',
  security: 'security scans',
  spaces: 'Spaces keys',
  volumes: 'volumes',
  vpc_nat_gateways: 'NAT gateways',
  vpc_peerings: 'VPC peerings',
}

/** Answers what has no route: 405 for a path with other methods, 501 for what the lab lacks, which no client repeats. */
export function refuseAbsent(app: FastifyInstance): void {
  const routes: { methods: string[]; path: RegExp }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(`^${url.replaceAll(/:[^/]+/g, '[^/]+')}$`)
    routes.push({ methods: [method].flat(), path })
  })
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    const methods = routes.flatMap((route) => (route.path.test(path) ? route.methods : []))
    if (methods.length > 0) {
      reply.header('allow', [...new Set(methods)].join(', '))
      throw new ApiError(405, 'method_not_allowed', `${path} does not take ${request.method}.`)
    }
    throw path.startsWith('/v2/') ? lacking(path, request) : notFound()
  })
}

function lacking(path: string, request: FastifyRequest): ApiError {
  const asked = `${request.method} ${path}`
  const [kind] = Object.entries(absent).filter(([prefix]) => `${path}/`.startsWith(`/v2/${prefix}/`))
  if (!kind) return notImplemented(asked)
  const [, name] = kind
  labelRequest(request, { lacks: name })
  return notImplemented(`${name}: ${asked}`)
}
