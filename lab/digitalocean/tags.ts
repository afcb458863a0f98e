import type { FastifyInstance, FastifyRequest } from 'fastify'
import { asBody, bodyOf, list, text, type Body } from './wire/body.ts'
import type { Cloud } from './cloud.ts'
import { applyFirewalls } from './network/edge.ts'
import { badRequest, found, notFound, notImplemented, refusedByTags } from './wire/errors.ts'
import { page } from './wire/pages.ts'
import type { State } from './state/state.ts'

/** Tags and what bears them. */
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
    const name = text(bodyOf(request), 'name') ?? ''
    if (!validName.test(name)) throw refusedByTags(invalidName(name))
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
      for (const bearer of [...draft.droplets, ...draft.images, ...draft.firewalls])
        bearer.tags = bearer.tags.filter((other) => other !== tag)
    })
    await applyFirewalls(cloud)
    return reply.code(204).send()
  })

  const change = async (request: FastifyRequest<{ Params: { name: string } }>, edit: Edit) => {
    const resources = resourcesIn(bodyOf(request))
    await store.change((draft) => {
      const tag = found(findTag(draft, request.params.name))
      for (const bearer of bearers(draft, resources)) bearer.tags = edit(bearer.tags, tag)
    })
    await applyFirewalls(cloud)
  }
  app.post<{ Params: { name: string } }>('/tags/:name/resources', async (request, reply) => {
    await change(request, (all, tag) => [...new Set([...all, tag])])
    return reply.code(204).send()
  })
  app.delete<{ Params: { name: string } }>('/tags/:name/resources', async (request, reply) => {
    await change(request, (all, tag) => all.filter((other) => other !== tag))
    return reply.code(204).send()
  })
}

type Edit = (tags: string[], tag: string) => string[]

export function findTag(state: Readonly<State>, name: string): string | undefined {
  return state.tags.find((tag) => tag === name)
}

/** The tag under its first spelling, made if nobody has yet; a tag that a droplet brought along outlives it. */
export function ensureTag(draft: State, name: string): string {
  const known = draft.tags.find((tag) => tag.toLowerCase() === name.toLowerCase())
  if (known) return known
  draft.tags.push(name)
  return name
}

const validName = /^[A-Za-z0-9_:-]{1,255}$/
const invalidName = (name: string) =>
  `Error validating resource tag: "tag-name \\"${name}\\" contains invalid characters"`

/** A tag's name in a request about something else. */
export function tagName(name: string | undefined): string {
  if (name && validName.test(name)) return name
  throw badRequest(invalidName(name ?? ''))
}

function resourcesIn(body: Body): { id: string; type: string }[] {
  const resources = list(body, 'resources')
  if (resources.length === 0) throw badRequest('param is missing or the value is empty: resources')
  return resources.map((resource) => {
    const { resource_id: id, resource_type: type } = asBody(resource) ?? {}
    return { id: String(id), type: String(type) }
  })
}

const absentKinds = ['volume', 'volume_snapshot', 'database', 'kubernetes', 'load_balancer']

/** What a request tags. The real API answers 204 for a droplet that isn't there, and for a firewall, which bears none. */
const bearers = (draft: State, resources: { id: string; type: string }[]) =>
  resources.flatMap(({ id, type }): { tags: string[] }[] => {
    if (type === 'droplet') return draft.droplets.filter((droplet) => String(droplet.id) === id)
    if (type === 'image') return draft.images.filter((image) => String(image.id) === id)
    if (type === 'firewall') return []
    throw absentKinds.includes(type) ? notImplemented(`tags on resources of type ${type}`) : notFound()
  })

function wireTag(state: Readonly<State>, name: string) {
  const bearing = (all: readonly { tags: string[] }[]) =>
    all.filter(({ tags: own }) => own.includes(name)).length
  const [droplets, images] = [bearing(state.droplets), bearing(state.images)]
  const none = { count: 0 }
  return {
    name,
    // The official client crashes when one of the five is missing.
    resources: {
      count: droplets + images,
      droplets: { count: droplets },
      images: { count: images },
      volumes: none,
      volume_snapshots: none,
      databases: none,
    },
  }
}
