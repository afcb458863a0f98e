import type { Api } from './api.ts'
import type { Behaviour } from './cloud-resource.ts'

/** A DNS zone; its id is its name. */
export const domain = (api: Api): Behaviour => ({
  async create({ name, ipAddress }) {
    await api.call('POST', '/v2/domains', { name, ...(ipAddress ? { ip_address: ipAddress } : {}) })
    return String(name)
  },
  async read(id) {
    const answer = await api.find(`/v2/domains/${id}`)
    if (!answer) return undefined
    return { name: answer.domain.name, ttl: answer.domain.ttl, domainUrn: `do:domain:${id}` }
  },
  delete: (id) => api.delete(`/v2/domains/${id}`),
})
