import type { FastifyInstance } from 'fastify'
import { pageOfActions, wireAction } from '../actions.ts'
import { freeAddress } from './addresses.ts'
import { bodyOf, integer, text } from '../wire/body.ts'
import { region } from '../images/catalog.ts'
import type { Cloud } from '../cloud.ts'
import { wireDroplet } from '../droplets/droplet-wire.ts'
import { applyReservedIps } from './edge.ts'
import { found, unprocessable } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import {
  assignTo,
  defaultProject,
  forgetAssignment,
  projectIdOf,
  reservedIpUrn,
} from '../projects/project-of.ts'
import { findProject } from '../projects/projects.ts'
import { acceptReservedIpAction, actionsOnIp, carryOutOnIp } from './reserved-ip-actions.ts'
import type { ReservedIp, State } from '../state/state.ts'

interface ByIp {
  Params: { ip: string; action?: string }
}

/** Addresses that outlive the droplets they lead to, under their new name and their old one, floating IPs. */
export function reservedIps(app: FastifyInstance, cloud: Cloud): void {
  routes(app, cloud, 'reserved_ip')
  routes(app, cloud, 'floating_ip')
}

function routes(app: FastifyInstance, cloud: Cloud, one: 'reserved_ip' | 'floating_ip'): void {
  const { store } = cloud
  const many = `${one}s`
  const words = one === 'reserved_ip' ? 'reserved IP' : 'floating IP'
  const wire = (reserved: ReservedIp) => wireReservedIp(store.state, reserved, cloud.now())

  app.get(`/${many}`, async (request) => page(request, many, store.state.reservedIps.map(wire)))

  app.post(`/${many}`, async (request, reply) => {
    const body = bodyOf(request)
    const dropletId = integer(body, 'droplet_id')
    const [regionSlug, projectId] = [text(body, 'region'), text(body, 'project_id')]
    // https://github.com/bryanl/doit/issues/53
    if (dropletId !== undefined && regionSlug)
      throw unprocessable('Cannot specify Droplet and region, they are mutually exclusive.')
    const { ip, action } = await store.change((draft) => {
      const droplet =
        dropletId === undefined ? undefined : found(draft.droplets.find(({ id }) => id === dropletId))
      const chosen = region(droplet?.region ?? regionSlug)
      if (!chosen) throw unprocessable('Region does not exist.')
      const address = freeAddress(draft, cloud.machines.addresses, 'reserved IP')
      draft.reservedIps.push({ ip: address, region: chosen.slug, dropletId: null, locked: false })
      const project = projectId ? findProject(draft, projectId) : defaultProject(draft)
      assignTo(draft, project.id, reservedIpUrn({ ip: address }), cloud.now())
      if (!droplet) return { ip: address, action: undefined }
      const wish = { type: 'assign', droplet_id: droplet.id }
      return { ip: address, action: acceptReservedIpAction(draft, address, wish, cloud.now(), words) }
    })
    if (action) void carryOutOnIp(cloud, action)
    const href = `${request.protocol}://${request.host}/v2/actions/${action?.id}`
    return reply.code(202).send({
      [one]: wire(findReservedIp(store.state, ip)),
      links: action ? { actions: [{ id: action.id, rel: 'assign_ip', href }] } : {},
    })
  })

  app.get<ByIp>(`/${many}/:ip`, async ({ params }) => ({
    [one]: wire(findReservedIp(store.state, params.ip)),
  }))

  app.delete<ByIp>(`/${many}/:ip`, async ({ params }, reply) => {
    await store.change((draft) => {
      const gone = findReservedIp(draft, params.ip)
      if (gone.locked) throw unprocessable(`The ${words} already has a pending event.`)
      draft.reservedIps = draft.reservedIps.filter((other) => other !== gone)
      forgetAssignment(draft, reservedIpUrn(gone))
    })
    await applyReservedIps(cloud)
    return reply.code(204).send()
  })

  app.get<ByIp>(`/${many}/:ip/actions`, async (request) => {
    const { ip } = findReservedIp(store.state, request.params.ip)
    return pageOfActions(request, actionsOnIp(store.state, ip))
  })

  app.post<ByIp>(`/${many}/:ip/actions`, async (request, reply) => {
    const body = bodyOf(request)
    const { ip } = request.params
    const action = await store.change((draft) => {
      findReservedIp(draft, ip)
      return acceptReservedIpAction(draft, ip, body, cloud.now(), words)
    })
    void carryOutOnIp(cloud, action)
    return reply.code(201).send({ action: wireAction(action) })
  })

  app.get<ByIp>(`/${many}/:ip/actions/:action`, async ({ params }) => {
    const { ip } = findReservedIp(store.state, params.ip)
    const action = actionsOnIp(store.state, ip).find(({ id }) => String(id) === params.action)
    return { action: wireAction(found(action)) }
  })
}

const findReservedIp = (state: Readonly<State>, ip: string): ReservedIp =>
  found(state.reservedIps.find((reserved) => reserved.ip === ip))

function wireReservedIp(
  state: Readonly<State>,
  { ip, region: slug, dropletId, locked }: ReservedIp,
  now: Date,
) {
  const droplet = state.droplets.find(({ id }) => id === dropletId)
  return {
    ip,
    region: region(slug),
    droplet: droplet ? wireDroplet(state, droplet, now) : null,
    locked,
    project_id: projectIdOf(state, reservedIpUrn({ ip })),
  }
}
