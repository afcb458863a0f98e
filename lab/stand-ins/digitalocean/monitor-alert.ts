import type { Bag } from '../../../plugin/values.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { recipientsForm, recipientsOf, recipientsOnWire } from './recipients.ts'

const path = '/v2/monitoring/alerts'

/** An alert about a droplet's load. Its output uuid stays empty, as in the official plugin: take the id. */
export const monitorAlert = (api: Api): Behaviour => ({
  canonical: (property, value) => (property === 'alerts' ? recipientsForm(value as Bag) : value),
  async create(inputs) {
    const { policy } = await api.call('POST', path, bodyOf(inputs))
    return policy.uuid
  },
  async read(id) {
    const answer = await api.find(`${path}/${id}`)
    if (!answer) return undefined
    const { type, compare, description, enabled, entities, tags, value, window, alerts } = answer.policy
    return {
      type,
      compare,
      description,
      enabled,
      value,
      window,
      entities: entities ?? [],
      tags: tags ?? [],
      alerts: recipientsOf(alerts),
    }
  },
  async update(id, _olds, news) {
    await api.call('PUT', `${path}/${id}`, bodyOf(news))
  },
  async delete(id) {
    await api.call('DELETE', `${path}/${id}`)
  },
})

function bodyOf({ type, compare, description, enabled, entities, tags, value, window, alerts }: Bag) {
  return {
    type,
    compare,
    description,
    enabled,
    entities,
    tags,
    value,
    window,
    alerts: recipientsOnWire(alerts as Bag),
  }
}
