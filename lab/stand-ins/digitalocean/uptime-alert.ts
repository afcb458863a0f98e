import type { Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { recipientsForm, recipientsOf, recipientsOnWire } from './recipients.ts'

/** Who hears when an uptime check fails, is slow, or sees a certificate end. */
export const uptimeAlert = (api: Api): Behaviour => ({
  canonical: (property, value) =>
    property === 'notifications' ? (value as Bag[]).map(recipientsForm) : value,
  async create(inputs) {
    const { alert } = await api.call('POST', alertsOf(inputs['checkId']), bodyOf(inputs))
    return alert.id
  },
  async read(id, known) {
    // Imported as `check,alert`.
    const [check, alert] = id.includes(',') ? id.split(',') : [textOf(known['checkId']), id]
    const answer = await api.find(`${alertsOf(check)}/${alert}`)
    if (!answer) return undefined
    const { name, type, threshold, comparison, period, notifications } = answer.alert
    return {
      id: String(alert),
      checkId: check,
      name,
      type,
      threshold: threshold ?? 0,
      comparison: comparison ?? '',
      period: period ?? '',
      notifications: [recipientsOf(notifications)],
    }
  },
  async update(id, _olds, news) {
    await api.call('PUT', `${alertsOf(news['checkId'])}/${id}`, bodyOf(news))
  },
  async delete(id, { checkId }) {
    await api.call('DELETE', `${alertsOf(checkId)}/${id}`)
  },
})

const alertsOf = (check: unknown) => `/v2/uptime/checks/${textOf(check)}/alerts`

function bodyOf({ name, type, threshold, comparison, period, notifications }: Bag) {
  const [recipients = {}] = notifications as Bag[]
  const optional = Object.entries({ threshold, comparison, period }).filter(([, value]) => Boolean(value))
  return { name, type, notifications: recipientsOnWire(recipients), ...Object.fromEntries(optional) }
}
