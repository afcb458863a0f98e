import { same, type Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'
import { ApiError, type Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { moveTo, moveToDefault, urnsIn } from './project-urns.ts'
import { explaining, waitForState } from './wait.ts'

/** A project and what is in it. */
export const project = (api: Api): Behaviour => ({
  canonical: (property, value) => (property === 'environment' ? textOf(value).toLowerCase() : value),
  async create(inputs) {
    const { name, description, purpose, environment, isDefault } = inputs
    const optional = { ...(description ? { description } : {}), ...(environment ? { environment } : {}) }
    const { project: made } = await api.call('POST', '/v2/projects', { name, purpose, ...optional })
    if (urnsOf(inputs).length > 0) {
      const moved = explaining('Error creating Project', moveTo(api, made.id, urnsOf(inputs)))
      await moved.catch(async (error: Error) => {
        await api.call('DELETE', `/v2/projects/${made.id}`).catch(() => undefined)
        throw error
      })
    }
    if (isDefault) {
      const fields = {
        name,
        description: made.description,
        purpose: made.purpose,
        environment: made.environment,
      }
      const patched = api.call('PATCH', `/v2/projects/${made.id}`, { ...fields, is_default: true })
      await explaining('Error setting project as default', patched)
    }
    return made.id
  },
  async read(id) {
    const answer = await api.find(`/v2/projects/${id}`)
    return answer ? { ...projectProperties(answer.project), resources: await urnsIn(api, id) } : undefined
  },
  async update(id, olds, news) {
    const { name, description, purpose, environment, isDefault } = news
    const fields = { name, description, purpose, environment, is_default: isDefault }
    await api.call('PATCH', `/v2/projects/${id}`, fields)
    if (same(urnsOf(olds).toSorted(), urnsOf(news).toSorted())) return
    const gone = urnsOf(olds).filter((urn) => !urnsOf(news).includes(urn))
    const added = urnsOf(news).filter((urn) => !urnsOf(olds).includes(urn))
    if (gone.length > 0)
      await explaining('Error assigning resources to default project', moveToDefault(api, gone))
    if (added.length > 0) await explaining('Error Updating project', moveTo(api, id, added))
  },
  async delete(id, known, call) {
    if (urnsOf(known).length > 0)
      await explaining('Error assigning resource to default project', moveToDefault(api, urnsOf(known)))
    // Moving takes a while, and what is in the way until then is no error.
    const wish = { target: 'gone', pending: ['full'], timeoutMs: 3 * 60_000 }
    const deleted = waitForState(call, wish, async () => {
      const full = await api.call('DELETE', `/v2/projects/${id}`).then(() => false, isFull)
      return { state: full ? 'full' : 'gone' }
    })
    await explaining(`Error deleting project (${id})`, deleted)
  },
})

function isFull(error: unknown): true {
  const refused = error instanceof ApiError && error.status === 412
  if (refused && /cannot delete a project with resources/i.test(error.message)) return true
  throw error
}

const urnsOf = ({ resources }: Bag) => (resources as string[] | undefined) ?? []

/** A project's properties, from what the API tells of it. */
export function projectProperties(found: any): Bag {
  return {
    name: found.name,
    description: found.description,
    purpose: found.purpose.replace(/^Other: /, ''),
    environment: found.environment ?? '',
    isDefault: found.is_default,
    ownerUuid: found.owner_uuid,
    ownerId: found.owner_id,
    createdAt: found.created_at,
    updatedAt: found.updated_at,
  }
}
