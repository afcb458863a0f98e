import type { FastifyInstance } from 'fastify'
import { endAction, pageOfActions, startAction, wireAction } from '../actions.ts'
import { bodyOf, text, type Body } from '../wire/body.ts'
import { region } from './catalog.ts'
import type { Cloud } from '../cloud.ts'
import { found, unprocessable } from '../wire/errors.ts'
import { ownImage } from './images.ts'
import { findImage } from './private-images.ts'
import type { Action, PrivateImage, State } from '../state/state.ts'

interface ById {
  Params: { id: string; action?: string }
}

/** Images in other regions, and backups kept as snapshots. */
export function imageActions(app: FastifyInstance, cloud: Cloud): void {
  const { store } = cloud

  app.get<ById>('/images/:id/actions', async (request) =>
    pageOfActions(request, actionsOnImage(store.state, request.params.id)),
  )

  app.post<ById>('/images/:id/actions', async (request, reply) => {
    const body = bodyOf(request)
    const action = await store.change((draft) => {
      const image = ownImage(draft, request.params.id)
      const about = { resourceType: 'image', resourceId: image.id, ...accepted(image, body) } as const
      return startAction(draft, cloud.now(), about)
    })
    void carryOutOnImage(cloud, action)
    return reply.code(201).send({ action: wireAction(action) })
  })

  app.get<ById>('/images/:id/actions/:action', async ({ params }) => {
    const all = actionsOnImage(store.state, params.id)
    return { action: wireAction(found(all.find(({ id }) => String(id) === params.action))) }
  })
}

/** Does what an action on an image says: one disk serves all regions here. */
export function carryOutOnImage({ store, jobs, now, delay }: Cloud, action: Action): Promise<boolean> {
  const { id, type, resourceId, region: to } = action
  return jobs.run(`image ${resourceId}`, `carry out ${type} on image ${resourceId}`, async () => {
    await delay(type)
    await store.settle((draft) => {
      const image = draft.images.find((each) => each.id === resourceId)
      if (image && type === 'transfer') image.regions = [...new Set([...image.regions, to])]
      if (image && type === 'convert') image.type = 'snapshot'
      endAction(draft, id, image ? 'completed' : 'errored', now())
    })
  })
}

function accepted(image: PrivateImage, body: Body): { type: string; region: string } {
  const type = text(body, 'type')
  if (image.status !== 'available') throw unprocessable('The image is not available.')
  switch (type) {
    case 'transfer': {
      const to = region(text(body, 'region'))
      if (!to?.available) throw unprocessable('Region is not available')
      if (image.regions.includes(to.slug))
        throw unprocessable('The image is already available in this region.')
      return { type, region: to.slug }
    }
    case 'convert':
      if (image.type !== 'backup') throw unprocessable('Only a backup can be converted to a snapshot.')
      return { type, region: image.regions[0] ?? '' }
    case undefined:
    default:
      throw unprocessable('type must be transfer or convert')
  }
}

function actionsOnImage(state: Readonly<State>, key: string): Action[] {
  const { id } = found(findImage(state, key))
  return state.actions.filter(({ resourceType, resourceId }) => resourceType === 'image' && resourceId === id)
}
