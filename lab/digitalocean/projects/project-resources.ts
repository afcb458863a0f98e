import type { FastifyInstance } from 'fastify'
import { bodyOf, list } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { badRequest, preconditionFailed } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import { findProject } from './projects.ts'
import { assignTo, dropletUrn, projectIdOf, projectResources, reservedIpUrn } from './project-of.ts'
import type { State } from '../state/state.ts'

interface ById {
  Params: { id: string }
}

type Outcome = 'ok' | 'assigned' | 'already_assigned' | 'not_found'

/** What is in a project, and putting things there. */
export function projectMembers(app: FastifyInstance, { store, now }: Cloud): void {
  app.get<ById>('/projects/:id/resources', async (request) => {
    const { state } = store
    const { id } = findProject(state, request.params.id)
    const members = projectResources(state).filter(({ urn }) => projectIdOf(state, urn) === id)
    return page(
      request,
      'resources',
      members.map(({ urn }) => wireResource(state, urn, 'ok', originOf(request))),
    )
  })

  app.post<ById>('/projects/:id/resources', async (request) => {
    const urns = list(bodyOf(request), 'resources').map(urnIn)
    const outcomes = await store.change((draft) => {
      const { id } = findProject(draft, request.params.id)
      return urns.map((urn) => ({ urn, outcome: put(draft, id, urn, now()) }))
    })
    const origin = originOf(request)
    return {
      resources: outcomes.map(({ urn, outcome }) => wireResource(store.state, urn, outcome, origin)),
    }
  })
}

/**
 * Puts one thing into a project. What isn't there (a deleted droplet's URN, which the official client sends when it
 * replaces one) is answered as the description offers, `not_found`: nobody has reported what the real API does.
 */
function put(draft: State, projectId: string, urn: string, now: Date): Outcome {
  if (!projectResources(draft).some((resource) => resource.urn === urn)) return 'not_found'
  if (projectIdOf(draft, urn) === projectId) return 'already_assigned'
  const reserved = draft.reservedIps.find((each) => reservedIpUrn(each) === urn)
  if (reserved && reserved.dropletId !== null)
    throw preconditionFailed('Cannot move a Reserved IP with an associated Droplet. Move the Droplet instead')
  assignTo(draft, projectId, urn, now)
  for (const each of draft.reservedIps)
    if (each.dropletId !== null && dropletUrn({ id: each.dropletId }) === urn)
      assignTo(draft, projectId, reservedIpUrn(each), now)
  return 'assigned'
}

// The API's own list; a Pulumi URN is a common mistake: https://github.com/pulumi/pulumi-digitalocean/issues/82
const kinds = [
  'app',
  'dbaas',
  'domain',
  'droplet',
  'floatingip',
  'reservedip',
  'kubernetes',
  'loadbalancer',
  'space',
  'volume',
]

/** A resource's URN in its one spelling. */
function urnIn(item: unknown): string {
  const [, kind = '', id = ''] = /^do:([a-z]+):(.+)$/.exec(String(item)) ?? []
  if (!id)
    throw badRequest(
      'resource objects must have an urn in the following format: do:resource_type:resource_id',
    )
  if (!kinds.includes(kind)) throw badRequest(`resource type ${kind} is not supported`)
  if (kind === 'reservedip') return reservedIpUrn({ ip: id })
  return kind === 'domain' ? `do:domain:${id.toLowerCase()}` : `do:${kind}:${id}`
}

const originOf = ({ protocol, host }: { protocol: string; host: string }) => `${protocol}://${host}`

function wireResource(state: Readonly<State>, urn: string, status: Outcome, origin: string) {
  const known = projectResources(state).find((resource) => resource.urn === urn)
  const assigned = state.assignments.find((assignment) => assignment.urn === urn)
  const since = assigned?.assignedAt ?? known?.since
  return {
    urn,
    ...(since ? { assigned_at: since } : {}),
    links: known ? { self: `${origin}/v2/${known.path}` } : {},
    status,
  }
}
