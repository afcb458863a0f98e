import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { bodyOf } from '../wire/body.ts'
import type { Cloud } from '../cloud.ts'
import { found } from '../wire/errors.ts'
import { page } from '../wire/pages.ts'
import type { UptimeAlert, UptimeCheck } from '../state/state.ts'
import { findCheck } from './uptime-checks.ts'
import { uptimeAlertIn } from './uptime-fields.ts'

interface ById {
  Params: { id: string; alert: string }
}

/** Alerts on uptime checks; the watch sees to them. */
export function uptimeAlerts(app: FastifyInstance, { store, watch }: Cloud): void {
  app.get<ById>('/uptime/checks/:id/alerts', async (request) =>
    page(request, 'alerts', findCheck(store.state, request.params.id).alerts.map(wireAlert)),
  )

  app.post<ById>('/uptime/checks/:id/alerts', async (request, reply) => {
    const body = bodyOf(request)
    const alert = await store.change((draft) => {
      const check = findCheck(draft, request.params.id)
      const made = { id: randomUUID(), ...uptimeAlertIn(body) }
      check.alerts.push(made)
      return made
    })
    watch.wake()
    return reply.code(201).send({ alert: wireAlert(alert) })
  })

  app.get<ById>('/uptime/checks/:id/alerts/:alert', async ({ params }) => ({
    alert: wireAlert(findAlert(findCheck(store.state, params.id), params.alert)),
  }))

  app.put<ById>('/uptime/checks/:id/alerts/:alert', async (request) => {
    const body = bodyOf(request)
    const { id, alert: alertId } = request.params
    const alert = await store.change((draft) => {
      const known = findAlert(findCheck(draft, id), alertId)
      return Object.assign(known, uptimeAlertIn(body, known))
    })
    watch.wake()
    return { alert: wireAlert(alert) }
  })

  app.delete<ById>('/uptime/checks/:id/alerts/:alert', async ({ params }, reply) => {
    await store.change((draft) => {
      const check = findCheck(draft, params.id)
      const gone = findAlert(check, params.alert)
      check.alerts = check.alerts.filter((other) => other !== gone)
    })
    return reply.code(204).send()
  })
}

const findAlert = ({ alerts }: UptimeCheck, id: string): UptimeAlert =>
  found(alerts.find((alert) => alert.id === id))

const wireAlert = ({ recipients, ...alert }: UptimeAlert) => ({ ...alert, notifications: recipients })
