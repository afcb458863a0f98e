import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { assign, unassign } from './reserved-ip-actions.ts'
import { HalfMade } from '../../../plugin/provider.ts'
import { ApiError } from './api.ts'
import { explaining } from './wait.ts'

/** An address that stays; its id is itself. A floating IP is the same under its old name. */
export const reservedIp =
  (urnProperty: string, urnKind: string) =>
  (api: Api): Behaviour => ({
    async create(inputs, call) {
      const { region, dropletId } = inputs
      const answer = await api.call('POST', '/v2/reserved_ips', { region })
      const { ip } = answer.reserved_ip
      if (dropletId)
        await assign(api, call, ip, Number(dropletId)).catch((error: Error) => {
          throw new HalfMade(ip, { ...inputs, ipAddress: ip }, error)
        })
      return ip
    },
    async read(id, { dropletId }, importing = false) {
      const answer = await api.find(`/v2/reserved_ips/${id}`)
      if (!answer) return undefined
      const { ip, region, droplet } = answer.reserved_ip
      // The official plugin looks at the droplet only where the program named one, and never sees that it is gone.
      const watched = importing || Boolean(dropletId)
      return {
        region: region.slug,
        ...(watched && droplet ? { dropletId: droplet.id } : {}),
        ipAddress: ip,
        [urnProperty]: `do:${urnKind}:${ip}`,
      }
    },
    async update(id, olds, { dropletId }, call) {
      if ((olds['dropletId'] ?? 0) === dropletId) return
      await (dropletId ? assign(api, call, id, Number(dropletId)) : unassign(api, call, id))
    },
    async delete(id, { dropletId }, call) {
      const words = `Error unassigning reserved IP (${id}) from the droplet`
      if (dropletId)
        await explaining(words, unassign(api, call, id)).catch((error: Error) => {
          if (!(error.cause instanceof ApiError) || error.cause.status !== 422) throw error
        })
      await api.call('DELETE', `/v2/reserved_ips/${id}`)
    },
  })
