import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bodyOf } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { derivedId } from '../state/derived-id.ts'
import { found, preconditionFailed } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import { projectIn, requireAll } from './project-fields.ts'
import {
  assignTo,
  defaultProject,
  notedProjects,
  projectIdOf,
  projectResources,
  projectsIn,
} from './project-of.ts'
import { timestamp, type Project, type State } from '../state/state.ts'

interface ById {
  Params: { id: string }
}

/** Projects: what an account's things are sorted into. `default` stands for the id of the default one. */
export function projects(app: FastifyInstance, { store, now }: Cloud): void {
  app.get('/projects', async (request) => {
    const { state } = store
    const all = projectsIn(state).map((project) => wireProject(state, project))
    return page(request, 'projects', all)
  })

  app.post('/projects', async (request, reply) => {
    const body = bodyOf(request)
    const project = await store.change((draft) => {
      const at = timestamp(now())
      // Whoever makes a project can't make it the default one at once.
      const made = {
        ...projectIn(draft, body),
        id: randomUUID(),
        isDefault: false,
        createdAt: at,
        updatedAt: at,
      }
      notedProjects(draft).push(made)
      return made
    })
    return reply.code(201).send({ project: wireProject(store.state, project) })
  })

  app.get<ById>('/projects/:id', async ({ params }) => ({
    project: wireProject(store.state, findProject(store.state, params.id)),
  }))

  const change = async (request: FastifyRequest<ById>) => {
    const body = bodyOf(request)
    if (request.method === 'PUT') requireAll(body)
    const project = await store.change((draft) => {
      notedProjects(draft)
      const known = findProject(draft, request.params.id)
      const asked = projectIn(draft, body, known)
      if (asked.isDefault && !known.isDefault) switchDefault(draft, now())
      return Object.assign(known, asked, { updatedAt: timestamp(now()) })
    })
    return { project: wireProject(store.state, project) }
  }
  app.put<ById>('/projects/:id', change)
  app.patch<ById>('/projects/:id', change)

  app.delete<ById>('/projects/:id', async ({ params }, reply) => {
    await store.change((draft) => {
      const gone = findProject(draft, params.id)
      if (gone.isDefault) throw preconditionFailed('cannot delete the default project')
      const inIt = projectResources(draft).some(({ urn }) => projectIdOf(draft, urn) === gone.id)
      if (inIt) throw preconditionFailed('cannot delete a project with resources')
      draft.projects = draft.projects.filter(({ id }) => id !== gone.id)
    })
    return reply.code(204).send()
  })
}

export function findProject(state: Readonly<State>, id: string): Project {
  if (id === 'default') return defaultProject(state)
  return found(projectsIn(state).find((project) => project.id === id))
}

/** Ends the present default: what nobody put anywhere stays in it. */
function switchDefault(draft: State, now: Date): void {
  const former = defaultProject(draft)
  const noted = new Set(draft.assignments.map(({ urn }) => urn))
  for (const { urn } of projectResources(draft)) if (!noted.has(urn)) assignTo(draft, former.id, urn, now)
  former.isDefault = false
}

function wireProject(state: Readonly<State>, project: Project) {
  return {
    id: project.id,
    owner_uuid: derivedId(state, 'team'),
    owner_id: 1,
    name: project.name,
    description: project.description,
    purpose: project.purpose,
    // The description knows three environments and no empty one; clients read an absent field as empty.
    ...(project.environment ? { environment: project.environment } : {}),
    is_default: project.isDefault,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
  }
}
