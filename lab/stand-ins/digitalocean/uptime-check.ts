import type { Bag } from '../../../plugin/values.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'

const path = '/v2/uptime/checks'

/** A look at an address from around the world. */
export const uptimeCheck = (api: Api): Behaviour => ({
  async create(inputs) {
    const { check } = await api.call('POST', path, bodyOf(inputs))
    return check.id
  },
  async read(id) {
    const answer = await api.find(`${path}/${id}`)
    if (!answer) return undefined
    const { name, type, target, enabled, regions } = answer.check
    return { name, type, target, enabled, regions: regions ?? [] }
  },
  async update(id, _olds, news) {
    await api.call('PUT', `${path}/${id}`, bodyOf(news))
  },
  async delete(id) {
    await api.call('DELETE', `${path}/${id}`)
  },
})

function bodyOf({ name, type, target, enabled, regions }: Bag) {
  const chosen = regions as string[]
  // As Go's JSON writes a list that nobody made.
  return { name, type, target, enabled, regions: chosen.length > 0 ? chosen : null }
}
