import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'

/** A DNS zone; its id is its name. */
export const domain = (api: Api): Behaviour => ({
  async create({ name, ipAddress }) {
    const body = { name, ...(ipAddress ? { ip_address: ipAddress } : {}) }
    const answer = await api.call('POST', '/v2/domains', body)
    return answer.domain.name
  },
  async read(id) {
    const answer = await api.find(`/v2/domains/${id}`)
    if (!answer) return undefined
    return { name: answer.domain.name, ttl: answer.domain.ttl, domainUrn: `do:domain:${id}` }
  },
  async delete(id) {
    await api.call('DELETE', `/v2/domains/${id}`)
  },
})
