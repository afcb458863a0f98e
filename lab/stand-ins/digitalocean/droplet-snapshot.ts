import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { actionEnds, explaining } from './wait.ts'

/** A copy of a droplet's disk. */
export const dropletSnapshot = (api: Api): Behaviour => ({
  async create({ dropletId, name }, call) {
    const path = `/v2/droplets/${textOf(dropletId)}`
    const { action } = await api.call('POST', `${path}/actions`, { type: 'snapshot', name })
    const words = `Error waiting for Droplet snapshot (${textOf(dropletId)}) to finish`
    await explaining(words, actionEnds(api, call, action.id))
    const snapshots = await api.list(`${path}/snapshots`, 'snapshots')
    // The official plugin knows it by its time.
    const made = snapshots.find(({ created_at: at }: { created_at: string }) => at === action.started_at)
    if (!made)
      throw new Error('Error retriving Droplet Snapshot: Error Could not locate the Droplet Snapshot')
    return String(made.id)
  },
  async read(id) {
    const answer = await api.find(`/v2/snapshots/${id}`)
    return answer ? snapshotProperties(answer.snapshot) : undefined
  },
  async delete(id) {
    await api.call('DELETE', `/v2/snapshots/${id}`)
  },
})

/** A snapshot's properties, from what the API tells of it. */
function snapshotProperties(found: any) {
  return {
    name: found.name,
    dropletId: found.resource_id,
    regions: found.regions,
    size: found.size_gigabytes,
    createdAt: found.created_at,
    minDiskSize: found.min_disk_size,
  }
}
