import type { Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { moveTo, moveToDefault, urnsIn } from './project-urns.ts'
import { explaining } from './wait.ts'

/** Some of what is in a project; the rest of it is left alone. */
export const projectResources = (api: Api): Behaviour => ({
  async create({ project, resources }) {
    const id = textOf(project)
    // That the project is gone, reading says.
    const there = await explaining(`Error while retrieving project ${id}`, api.find(`/v2/projects/${id}`))
    const words = `Error assigning resources to project ${id}`
    if (there) await explaining(words, moveTo(api, id, resources as string[]))
    return id
  },
  async read(id, { resources }) {
    const found = await explaining('Error while retrieving project', api.find(`/v2/projects/${id}`))
    if (!found) return undefined
    const there = await explaining('Error while retrieving project resources', urnsIn(api, id))
    return { project: id, resources: urnsOf({ resources }).filter((urn) => there.includes(urn)) }
  },
  async update(id, olds, news) {
    const gone = urnsOf(olds).filter((urn) => !urnsOf(news).includes(urn))
    const added = urnsOf(news).filter((urn) => !urnsOf(olds).includes(urn))
    if (gone.length > 0)
      await explaining('Error assigning resources to default project', moveToDefault(api, gone))
    if (added.length > 0)
      await explaining(`Error assigning resources to project ${id}`, moveTo(api, id, added))
  },
  async delete(id, known) {
    const found = await explaining('Error while retrieving project', api.find(`/v2/projects/${id}`))
    if (found && urnsOf(known).length > 0)
      await explaining('Error assigning resources to default project', moveToDefault(api, urnsOf(known)))
  },
})

const urnsOf = ({ resources }: Bag) => (resources as string[] | undefined) ?? []
