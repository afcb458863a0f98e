import type { Api } from './api.ts'
import type { Behaviour } from './cloud-resource.ts'

/** A tag; its id is its name. */
export const tag = (api: Api): Behaviour => ({
  async create({ name }) {
    const answer = await api.call('POST', '/v2/tags', { name })
    return answer.tag.name
  },
  async read(id) {
    const answer = await api.find(`/v2/tags/${encodeURIComponent(id)}`)
    if (!answer) return undefined
    const { name, resources } = answer.tag
    return {
      name,
      totalResourceCount: resources.count,
      dropletsCount: resources.droplets.count,
      imagesCount: resources.images.count,
      volumesCount: resources.volumes.count,
      volumeSnapshotsCount: resources.volume_snapshots.count,
      databasesCount: resources.databases.count,
    }
  },
  delete: (id) => api.delete(`/v2/tags/${encodeURIComponent(id)}`),
})
