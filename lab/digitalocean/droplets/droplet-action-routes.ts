import type { FastifyInstance } from 'fastify'
import { pageOfActions, startAction, wireAction } from '../actions.ts'
import { bodyOf, type Body } from '../wire/body.ts'
import { carryOut } from './carry-out.ts'
import type { Cloud } from '../cloud.ts'
import { acceptAction } from './droplet-actions.ts'
import { findDroplet } from './droplets.ts'
import { found, unprocessable } from '../wire/errors.ts'
import { powerWatch } from './power-watch.ts'
import type { Action, Droplet, State } from '../state/state.ts'
import { findTag } from '../tags.ts'

interface ById {
  Params: { id: string; action?: string }
}

// https://docs.digitalocean.com/reference/api/api-reference/#operation/dropletActions_post_byTag
const byTag = [
  'power_cycle',
  'power_on',
  'power_off',
  'shutdown',
  'enable_private_networking',
  'enable_ipv6',
  'enable_backups',
  'disable_backups',
  'snapshot',
]

/** What droplets are told to do, one by one or all that bear a tag: accepted at once, done behind the answer. */
export function dropletActionRoutes(app: FastifyInstance, cloud: Cloud): void {
  const { store } = cloud
  const look = powerWatch(cloud)

  app.get<ById>('/droplets/:id/actions', async (request) => {
    const { id } = findDroplet(store.state, request.params.id)
    return pageOfActions(request, actionsOn(store.state, id))
  })

  app.post<ById>('/droplets/:id/actions', async (request, reply) => {
    const body = bodyOf(request)
    await look()
    const action = await store.change((draft) =>
      begin(draft, findDroplet(draft, request.params.id), body, cloud.now()),
    )
    void carryOut(cloud, action)
    return reply.code(201).send({ action: wireAction(action) })
  })

  app.post<{ Querystring: { tag_name?: string } }>('/droplets/actions', async (request, reply) => {
    const body = bodyOf(request)
    const tag = request.query.tag_name
    if (!tag) throw unprocessable('tag_name is required')
    if (!byTag.includes(String(body['type'])))
      throw unprocessable(`${JSON.stringify(body['type'])} is not an action for all droplets of a tag`)
    await look()
    const actions = await store.change((draft) => {
      const name = found(findTag(draft, tag))
      const bearers = draft.droplets.filter((droplet) => droplet.tags.includes(name))
      if (bearers.some(({ locked }) => locked))
        throw unprocessable('there are currently blocking events processing for one or more of the droplets')
      return bearers.map((droplet) => begin(draft, droplet, body, cloud.now()))
    })
    for (const action of actions) void carryOut(cloud, action)
    return reply.code(201).send({ actions: actions.map(wireAction) })
  })

  app.get<ById>('/droplets/:id/actions/:action', async ({ params }) => {
    const { id } = findDroplet(store.state, params.id)
    const action = actionsOn(store.state, id).find((each) => String(each.id) === params.action)
    return { action: wireAction(found(action)) }
  })
}

/** Notes what a droplet is told as under way; nobody else can tell it anything meanwhile. */
function begin(draft: State, droplet: Droplet, body: Body, now: Date): Action {
  const { type, params } = acceptAction(draft, droplet, body, now)
  droplet.locked = true
  const { id: resourceId, region } = droplet
  return startAction(draft, now, { type, params, resourceType: 'droplet', resourceId, region })
}

const actionsOn = (state: Readonly<State>, id: number) =>
  state.actions.filter(({ resourceType, resourceId }) => resourceType === 'droplet' && resourceId === id)
