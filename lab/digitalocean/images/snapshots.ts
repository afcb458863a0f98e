import type { FastifyInstance } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { found } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import { removeImage } from './private-images.ts'
import { sweepImages } from '../droplets/removal.ts'
import type { PrivateImage, State } from '../state/state.ts'

/** Snapshots of droplets once more, as those who have volumes too look at them. */
export function snapshots(app: FastifyInstance, cloud: Cloud): void {
  const { store } = cloud

  app.get<{ Querystring: { resource_type?: string } }>('/snapshots', async (request) => {
    const { resource_type: type } = request.query
    const matching = type === undefined || type === 'droplet' ? snapshotsIn(store.state) : []
    return page(request, 'snapshots', matching.map(wireSnapshot))
  })

  app.get<{ Params: { id: string } }>('/snapshots/:id', async ({ params }) => ({
    snapshot: wireSnapshot(findSnapshot(store.state, params.id)),
  }))

  app.delete<{ Params: { id: string } }>('/snapshots/:id', async ({ params }, reply) => {
    await store.change((draft) => removeImage(draft, findSnapshot(draft, params.id)))
    await sweepImages(cloud)
    return reply.code(204).send()
  })
}

const snapshotsIn = (state: Readonly<State>) =>
  state.images.filter(({ type, removed }) => type === 'snapshot' && !removed)

const findSnapshot = (state: Readonly<State>, key: string) =>
  found(snapshotsIn(state).find(({ id }) => String(id) === key))

function wireSnapshot(image: PrivateImage) {
  return {
    id: String(image.id),
    name: image.name,
    created_at: image.createdAt,
    regions: image.regions,
    resource_id: String(image.dropletId),
    resource_type: 'droplet',
    min_disk_size: image.minDiskSize,
    size_gigabytes: image.sizeGigabytes,
    tags: image.tags,
  }
}
