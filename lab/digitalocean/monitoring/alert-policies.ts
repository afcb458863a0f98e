import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bodyOf } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { found } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import type { AlertPolicy, State } from '../state/state.ts'
import { policyIn } from './policy-fields.ts'

interface ById {
  Params: { id: string }
}

/** Alerts on what droplets measure; the watch sees to them. */
export function alertPolicies(app: FastifyInstance, { store, watch }: Cloud): void {
  app.get('/monitoring/alerts', async (request) =>
    page(request, 'policies', store.state.alertPolicies.map(wirePolicy)),
  )

  app.post('/monitoring/alerts', async (request) => {
    const asked = policyIn(bodyOf(request))
    const policy = await store.change((draft) => {
      const made = { id: randomUUID(), ...asked }
      draft.alertPolicies.push(made)
      return made
    })
    watch.wake()
    return { policy: wirePolicy(policy) }
  })

  app.get<ById>('/monitoring/alerts/:id', async ({ params }) => ({
    policy: wirePolicy(findPolicy(store.state, params.id)),
  }))

  const change = async (request: FastifyRequest<ById>) => {
    const asked = policyIn(bodyOf(request))
    const policy = await store.change((draft) => Object.assign(findPolicy(draft, request.params.id), asked))
    watch.wake()
    return { policy: wirePolicy(policy) }
  }
  app.put<ById>('/monitoring/alerts/:id', change)
  // An earlier official client changes so.
  app.post<ById>('/monitoring/alerts/:id', change)

  app.delete<ById>('/monitoring/alerts/:id', async ({ params }, reply) => {
    await store.change((draft) => {
      const gone = findPolicy(draft, params.id)
      draft.alertPolicies = draft.alertPolicies.filter((other) => other !== gone)
    })
    return reply.code(204).send()
  })
}

const findPolicy = (state: Readonly<State>, id: string): AlertPolicy =>
  found(state.alertPolicies.find((policy) => policy.id === id))

function wirePolicy({ id, recipients, ...policy }: AlertPolicy) {
  return { uuid: id, ...policy, alerts: recipients }
}
