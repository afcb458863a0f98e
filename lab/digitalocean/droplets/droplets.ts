import type { FastifyInstance } from 'fastify'
import { startAction } from '../actions.ts'
import { bodyOf, has } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { carryOut } from './carry-out.ts'
import { wireDroplet } from './droplet-wire.ts'
import { found, unprocessable } from '../wire/errors.ts'
import { addDroplets } from './new-droplet.ts'
import { page } from '../wire/pages.ts'
import { powerWatch } from './power-watch.ts'
import { removeDroplets, sweep } from './removal.ts'
import type { Droplet, State } from '../state/state.ts'
import { findTag } from '../tags.ts'

interface ById {
  Params: { id: string }
}

/** Droplets: ordered and answered at once, booted behind the answer. */
export function droplets(app: FastifyInstance, cloud: Cloud): void {
  const { store } = cloud
  const wire = (droplet: Droplet) => wireDroplet(store.state, droplet, cloud.now())
  const look = powerWatch(cloud)

  app.get<{ Querystring: { name?: string; tag_name?: string; type?: string } }>(
    '/droplets',
    async (request) => {
      const { name, tag_name: tag, type } = request.query
      await look()
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
    const made = await store.change((draft) =>
      addDroplets(draft, body, cloud.now(), cloud.machines).map((droplet) => ({
        droplet,
        action: startAction(draft, cloud.now(), {
          type: 'create',
          resourceType: 'droplet',
          resourceId: droplet.id,
          region: droplet.region,
          // A disk that is being copied must not go meanwhile.
          params: { image: droplet.image },
        }),
      })),
    )
    for (const { action } of made) void carryOut(cloud, action)
    const several = has(body, 'names')
    const links = made.map(({ action: { id } }) => ({
      id,
      rel: several ? 'multiple_create' : 'create',
      href: `${request.protocol}://${request.host}/v2/actions/${id}`,
    }))
    const wired = made.map(({ droplet }) => wire(droplet))
    return reply
      .code(202)
      .send({ ...(several ? { droplets: wired } : { droplet: wired[0] }), links: { actions: links } })
  })

  app.get<ById>('/droplets/:id', async ({ params }) => {
    await look()
    return { droplet: wire(findDroplet(store.state, params.id)) }
  })

  app.delete<ById>('/droplets/:id', async ({ params }, reply) => {
    await store.change((draft) => removeDroplets(draft, [findDroplet(draft, params.id)]))
    await sweep(cloud)
    return reply.code(204).send()
  })

  app.delete<{ Querystring: { tag_name?: string } }>('/droplets', async ({ query }, reply) => {
    const tag = query.tag_name
    if (!tag) throw unprocessable('tag_name is required')
    await store.change((draft) => {
      const known = found(findTag(draft, tag))
      removeDroplets(
        draft,
        draft.droplets.filter((droplet) => droplet.tags.includes(known)),
      )
    })
    await sweep(cloud)
    return reply.code(204).send()
  })
}

export function findDroplet(state: Readonly<State>, id: string | number): Droplet {
  return found(state.droplets.find((droplet) => String(droplet.id) === String(id)))
}
