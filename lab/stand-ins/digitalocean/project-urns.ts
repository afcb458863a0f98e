import type { Api } from './api.ts'
import { explaining } from './wait.ts'

/** What is in a project, by name. */
export async function urnsIn(api: Api, id: string): Promise<string[]> {
  const resources = await api.list(`/v2/projects/${id}/resources`, 'resources')
  return resources.map(({ urn }: { urn: string }) => urn)
}

export async function moveTo(api: Api, id: string, resources: readonly string[]): Promise<void> {
  const moved = api.call('POST', `/v2/projects/${id}/resources`, { resources })
  await explaining('Error assigning resources', moved)
}

/** Out of any other project: everything is in one. */
export async function moveToDefault(api: Api, resources: readonly string[]): Promise<void> {
  const found = api.call('GET', '/v2/projects/default')
  const { project } = await explaining('Error locating default project', found)
  await moveTo(api, project.id, resources)
}
