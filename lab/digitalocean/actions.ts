import type { FastifyInstance, FastifyRequest } from 'fastify'
import { region } from './images/catalog.ts'
import type { Cloud } from './cloud.ts'
import { found } from './wire/errors.ts'
import { page } from './wire/pages.ts'
import { takeId, timestamp, type Action, type ActionParams, type State } from './state/state.ts'

// Old ones go, or the state would grow for ever.
const keptActions = 500

/** What was done to droplets and reserved IPs, the latest first. */
export function actions(app: FastifyInstance, { store }: Cloud): void {
  app.get('/actions', async (request) => pageOfActions(request, store.state.actions))
  app.get<{ Params: { id: string } }>('/actions/:id', async ({ params }) => ({
    action: wireAction(found(findAction(store.state, Number(params.id)))),
  }))
}

export function pageOfActions(request: FastifyRequest, list: readonly Action[]) {
  return page(request, 'actions', list.toReversed().map(wireAction))
}

export function findAction({ actions: all }: Readonly<State>, id: number): Action | undefined {
  return all.find((action) => action.id === id)
}

/** Notes an action as under way. */
export function startAction(
  draft: State,
  now: Date,
  about: Pick<Action, 'type' | 'resourceType' | 'resourceId' | 'region'> & { params?: ActionParams },
): Action {
  const action: Action = {
    id: takeId(draft),
    status: 'in-progress',
    startedAt: timestamp(now),
    completedAt: null,
    params: {},
    ...about,
  }
  draft.actions = [...draft.actions.slice(-keptActions), action]
  return action
}

export function endAction(draft: State, id: number, status: 'completed' | 'errored', now: Date): void {
  const action = findAction(draft, id)
  if (action) Object.assign(action, { status, completedAt: timestamp(now) })
}

export function wireAction(action: Action) {
  return {
    id: action.id,
    status: action.status,
    type: action.type,
    started_at: action.startedAt,
    completed_at: action.completedAt,
    resource_id: action.resourceId,
    resource_type: action.resourceType,
    region: region(action.region),
    region_slug: action.region,
  }
}
