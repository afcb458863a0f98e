import type { Api } from './api.ts'
import { ApiError } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { waitForState } from './wait.ts'

/** A private network of a region. */
export const vpc = (api: Api): Behaviour => ({
  async create({ name, region, description, ipRange }) {
    const optional = { ...(description ? { description } : {}), ...(ipRange ? { ip_range: ipRange } : {}) }
    const answer = await api.call('POST', '/v2/vpcs', { name, region, ...optional })
    return answer.vpc.id
  },
  async read(id) {
    const answer = await api.find(`/v2/vpcs/${id}`)
    return answer ? vpcProperties(answer.vpc) : undefined
  },
  async update(id, olds, { name, description }) {
    await api.call('PUT', `/v2/vpcs/${id}`, { name, description, default: olds['default'] ?? false })
  },
  async delete(id, _known, call) {
    // A droplet on its way out is still a member, for up to two minutes.
    await waitForState(call, { target: 'gone', pending: ['used'], timeoutMs: 2 * 60_000 }, async () => {
      const used = await api.call('DELETE', `/v2/vpcs/${id}`).then(() => false, hasMembers)
      return { state: used ? 'used' : 'gone' }
    })
  },
})

function hasMembers(error: unknown): true {
  if (error instanceof ApiError && error.status === 403) return true
  throw error
}

/** A VPC's properties, from what the API tells of it. */
export function vpcProperties(found: any) {
  // As Go writes a time.
  const createdAt = new Date(found.created_at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' +0000 UTC')
  const { name, region, description, urn, default: isDefault } = found
  return { name, region, description, ipRange: found.ip_range, vpcUrn: urn, default: isDefault, createdAt }
}
