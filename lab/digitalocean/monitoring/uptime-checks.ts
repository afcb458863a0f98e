import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { bodyOf } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { found } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import type { State, UptimeCheck } from '../state/state.ts'
import { checkIn } from './uptime-fields.ts'

interface ById {
  Params: { id: string }
}

/** Uptime checks: what is asked again and again, and how it answers. */
export function uptimeChecks(app: FastifyInstance, { store, watch }: Cloud): void {
  app.get('/uptime/checks', async (request) =>
    page(request, 'checks', store.state.uptimeChecks.map(wireCheck)),
  )

  app.post('/uptime/checks', async (request, reply) => {
    const asked = checkIn(bodyOf(request))
    const check = await store.change((draft) => {
      const made = { id: randomUUID(), ...asked, alerts: [] }
      draft.uptimeChecks.push(made)
      return made
    })
    watch.wake()
    return reply.code(201).send({ check: wireCheck(check) })
  })

  app.get<ById>('/uptime/checks/:id', async ({ params }) => ({
    check: wireCheck(findCheck(store.state, params.id)),
  }))

  app.put<ById>('/uptime/checks/:id', async (request) => {
    const body = bodyOf(request)
    const check = await store.change((draft) => {
      const known = findCheck(draft, request.params.id)
      return Object.assign(known, checkIn(body, known))
    })
    watch.wake()
    return { check: wireCheck(check) }
  })

  app.delete<ById>('/uptime/checks/:id', async ({ params }, reply) => {
    await store.change((draft) => {
      const gone = findCheck(draft, params.id)
      draft.uptimeChecks = draft.uptimeChecks.filter((other) => other !== gone)
    })
    return reply.code(204).send()
  })

  app.get<ById>('/uptime/checks/:id/state', async ({ params }) => ({
    state: watch.stateOf(findCheck(store.state, params.id)),
  }))
}

export const findCheck = (state: Readonly<State>, id: string): UptimeCheck =>
  found(state.uptimeChecks.find((check) => check.id === id))

const wireCheck = ({ alerts: _, ...check }: UptimeCheck) => check
