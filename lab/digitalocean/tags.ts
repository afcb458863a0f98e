import type { FastifyInstance } from 'fastify'
import { asBody, bodyOf, dropletId, list, text, type Body } from './body.ts'
import type { Cloud } from './cloud.ts'
import { applyFirewalls } from './edge.ts'
import { found, notFound, notImplemented, unprocessable } from './errors.ts'
import { page } from './pages.ts'
import type { State } from './state.ts'

/** Tags and what bears them; only droplets do here. */
export function tags(app: FastifyInstance, cloud: Cloud): void {
  const { store } = cloud
  app.get('/tags', async (request) => {
    const { state } = store
    return page(
      request,
      'tags',
      state.tags.map((name) => wireTag(state, name)),
    )
  })

  app.post('/tags', async (request, reply) => {
    const name = tagName(text(bodyOf(request), 'name'))
    const tag = await store.change((draft) => wireTag(draft, ensureTag(draft, name)))
    return reply.code(201).send({ tag })
  })

  app.get<{ Params: { name: string } }>('/tags/:name', async ({ params }) => ({
    tag: wireTag(store.state, found(findTag(store.state, params.name))),
  }))

  app.delete<{ Params: { name: string } }>('/tags/:name', async ({ params }, reply) => {
    await store.change((draft) => {
      const tag = found(findTag(draft, params.name))
      draft.tags = draft.tags.filter((other) => other !== tag)
      for (const bearer of [...draft.droplets, ...draft.firewalls])
        bearer.tags = bearer.tags.filter((other) => other !== tag)
    })
    await applyFirewalls(cloud)
    return reply.code(204).send()
  })

  app.post<{ Params: { name: string } }>('/tags/:name/resources', async (request, reply) => {
    const ids = taggedDroplets(bodyOf(request))
    await store.change((draft) => {
      const tag = found(findTag(draft, request.params.name))
      for (const droplet of bearers(draft, ids)) droplet.tags = [...new Set([...droplet.tags, tag])]
    })
    await applyFirewalls(cloud)
    return reply.code(204).send()
  })

  app.delete<{ Params: { name: string } }>('/tags/:name/resources', async (request, reply) => {
    const ids = taggedDroplets(bodyOf(request))
    await store.change((draft) => {
      const tag = found(findTag(draft, request.params.name))
      for (const droplet of bearers(draft, ids)) droplet.tags = droplet.tags.filter((other) => other !== tag)
    })
    await applyFirewalls(cloud)
    return reply.code(204).send()
  })
}

/** The tag under its first spelling: names differ by more than case. */
export function findTag(state: Readonly<State>, name: string): string | undefined {
  return state.tags.find((tag) => tag.toLowerCase() === name.toLowerCase())
}

/** The tag, made if nobody has yet; a tag that a droplet brought along outlives it. */
export function ensureTag(draft: State, name: string): string {
  const known = findTag(draft, name)
  if (known) return known
  draft.tags.push(name)
  return name
}

export function tagName(name: string | undefined): string {
  if (name && /^[A-Za-z0-9_:-]{1,255}$/.test(name)) return name
  throw unprocessable('Name can only contain letters, numbers, colons, dashes and underscores, at most 255')
}

function taggedDroplets(body: Body): number[] {
  const resources = list(body, 'resources')
  if (resources.length === 0) throw unprocessable("Resources can't be blank")
  return resources.map((resource) => {
    const { resource_id: id, resource_type: type } = asBody(resource) ?? {}
    if (type !== 'droplet') throw notImplemented(`tags on resources of type ${JSON.stringify(type)}`)
    return dropletId(id)
  })
}

const bearers = (draft: State, ids: number[]) =>
  ids.map((id) => {
    const droplet = draft.droplets.find((each) => each.id === id)
    if (!droplet) throw notFound()
    return droplet
  })

function wireTag(state: Readonly<State>, name: string) {
  const count = state.droplets.filter((droplet) => droplet.tags.includes(name)).length
  const none = { count: 0 }
  return {
    name,
    // The official client crashes when one of the five is missing.
    resources: {
      count,
      droplets: { count },
      images: none,
      volumes: none,
      volume_snapshots: none,
      databases: none,
    },
  }
}
