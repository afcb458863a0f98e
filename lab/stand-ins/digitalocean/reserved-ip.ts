import type { Api } from './api.ts'
import type { Behaviour } from './cloud-resource.ts'
import { assign, unassign } from './reserved-ip-assignment.ts'

/** An address that stays; its id is itself. */
export const reservedIp = (api: Api): Behaviour => ({
  async create({ region, dropletId }, call) {
    const answer = await api.call('POST', '/v2/reserved_ips', { region })
    const { ip } = answer.reserved_ip
    if (dropletId) await assign(api, call, ip, Number(dropletId))
    return ip
  },
  async read(id) {
    const answer = await api.find(`/v2/reserved_ips/${id}`)
    if (!answer) return undefined
    const { ip, region, droplet } = answer.reserved_ip
    return {
      region: region.slug,
      dropletId: droplet?.id ?? null,
      ipAddress: ip,
      reservedIpUrn: `do:reservedip:${ip}`,
    }
  },
  async update(id, _olds, { dropletId }, call) {
    await (dropletId ? assign(api, call, id, Number(dropletId)) : unassign(api, call, id))
  },
  async delete(id, _olds, call) {
    await unassign(api, call, id)
    await api.delete(`/v2/reserved_ips/${id}`)
  },
})
