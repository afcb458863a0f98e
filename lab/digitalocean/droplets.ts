import type { FastifyInstance } from 'fastify'
import { pageOfActions, startAction, wireAction } from './actions.ts'
import { bodyOf } from './body.ts'
import type { Cloud } from './cloud.ts'
import { carryOut } from './carry-out.ts'
import { acceptAction } from './droplet-actions.ts'
import { wireDroplet } from './droplet-wire.ts'
import { found, unprocessable } from './errors.ts'
import { wireFirewall } from './firewalls.ts'
import { addDroplet } from './new-droplet.ts'
import { page } from './pages.ts'
import { covers } from './policies.ts'
import { removeDroplets, sweep } from './removal.ts'
import type { Droplet, State } from './state.ts'

interface ById {
  Params: { id: string; action?: string }
}

/** Droplets: ordered and answered at once, booted behind the answer. */
export function droplets(app: FastifyInstance, cloud: Cloud): void {
  const { store } = cloud
  const wire = (droplet: Droplet) => wireDroplet(store.state, droplet, cloud.now())

  app.get<{ Querystring: { name?: string; tag_name?: string; type?: string } }>(
    '/droplets',
    async (request) => {
      const { name, tag_name: tag, type } = request.query
      const matching = store.state.droplets.filter(
        (droplet) =>
          (!name || droplet.name === name) &&
          (!tag || droplet.tags.includes(tag)) &&
          (!type || type === 'droplets'),
      )
      return page(request, 'droplets', matching.map(wire))
    },
  )

  app.post('/droplets', async (request, reply) => {
    const body = bodyOf(request)
    const { droplet, action } = await store.change((draft) => {
      const made = addDroplet(draft, body, cloud.now(), cloud.machines)
      const about = {
        type: 'create',
        resourceType: 'droplet',
        resourceId: made.id,
        region: made.region,
      } as const
      return { droplet: made, action: startAction(draft, cloud.now(), about) }
    })
    void carryOut(cloud, action)
    const href = `${request.protocol}://${request.host}/v2/actions/${action.id}`
    return reply
      .code(202)
      .send({ droplet: wire(droplet), links: { actions: [{ id: action.id, rel: 'create', href }] } })
  })

  app.get<ById>('/droplets/:id', async ({ params }) => ({
    droplet: wire(findDroplet(store.state, params.id)),
  }))

  app.delete<ById>('/droplets/:id', async ({ params }, reply) => {
    await store.change((draft) => removeDroplets(draft, [findDroplet(draft, params.id)]))
    await sweep(cloud)
    return reply.code(204).send()
  })

  app.delete<{ Querystring: { tag_name?: string } }>('/droplets', async ({ query }, reply) => {
    const tag = query.tag_name
    if (!tag) throw unprocessable('tag_name is required')
    await store.change((draft) =>
      removeDroplets(
        draft,
        draft.droplets.filter((droplet) => droplet.tags.includes(tag)),
      ),
    )
    await sweep(cloud)
    return reply.code(204).send()
  })

  app.get<ById>('/droplets/:id/actions', async (request) => {
    const { id } = findDroplet(store.state, request.params.id)
    return pageOfActions(request, actionsOn(store.state, id))
  })

  app.post<ById>('/droplets/:id/actions', async (request, reply) => {
    const body = bodyOf(request)
    const action = await store.change((draft) => {
      const droplet = findDroplet(draft, request.params.id)
      const { type, params } = acceptAction(droplet, body)
      droplet.locked = true
      const about = {
        type,
        params,
        resourceType: 'droplet',
        resourceId: droplet.id,
        region: droplet.region,
      } as const
      return startAction(draft, cloud.now(), about)
    })
    void carryOut(cloud, action)
    return reply.code(201).send({ action: wireAction(action) })
  })

  app.get<ById>('/droplets/:id/actions/:action', async ({ params }) => {
    const { id } = findDroplet(store.state, params.id)
    const action = actionsOn(store.state, id).find((each) => String(each.id) === params.action)
    return { action: wireAction(found(action)) }
  })

  app.get<ById>('/droplets/:id/firewalls', async (request) => {
    const droplet = findDroplet(store.state, request.params.id)
    const around = store.state.firewalls.filter((firewall) => covers(firewall, droplet))
    return page(request, 'firewalls', around.map(wireFirewall))
  })
}

export function findDroplet(state: Readonly<State>, id: string | number): Droplet {
  return found(state.droplets.find((droplet) => String(droplet.id) === String(id)))
}

const actionsOn = (state: Readonly<State>, id: number) =>
  state.actions.filter(({ resourceType, resourceId }) => resourceType === 'droplet' && resourceId === id)
