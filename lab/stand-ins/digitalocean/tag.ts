import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'

/** A tag; its id is its name. */
export const tag = (api: Api): Behaviour => ({
  check: ({ name }) =>
    /^[A-Za-z0-9_:-]{1,255}$/.test(String(name)) ? [] : [{ property: 'name', reason: badName }],
  async create({ name }) {
    const answer = await api.call('POST', '/v2/tags', { name })
    return answer.tag.name
  },
  async read(id) {
    const answer = await api.find(`/v2/tags/${encodeURIComponent(id)}`)
    return answer ? tagProperties(answer.tag) : undefined
  },
  async delete(id) {
    await api.call('DELETE', `/v2/tags/${encodeURIComponent(id)}`)
  },
})

const badName =
  'tags may only contain lowercase letters, numbers, colons, dashes, and underscores, up to 255 of them'

/** A tag's properties, from what the API tells of it. */
export function tagProperties({ name, resources }: any) {
  return {
    name,
    totalResourceCount: resources.count,
    dropletsCount: resources.droplets.count,
    imagesCount: resources.images.count,
    volumesCount: resources.volumes.count,
    volumeSnapshotsCount: resources.volume_snapshots.count,
    databasesCount: resources.databases.count,
  }
}
