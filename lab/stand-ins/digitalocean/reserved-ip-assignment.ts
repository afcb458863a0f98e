import type { Call } from '../../../plugin/provider.ts'
import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './cloud-resource.ts'
import { actionEnds, dropletIsIdle } from './wait.ts'

/** Where a reserved IP leads; its id is `ip,droplet`. */
export const reservedIpAssignment = (api: Api): Behaviour => ({
  async create({ ipAddress, dropletId }, call) {
    await assign(api, call, String(ipAddress), Number(dropletId))
    return `${textOf(ipAddress)},${textOf(dropletId)}`
  },
  async read(id) {
    const [ipAddress, dropletId] = id.split(',')
    // That the address itself is gone is an error, as in the official plugin.
    const { reserved_ip: reserved } = await api.call('GET', `/v2/reserved_ips/${ipAddress}`)
    return reserved.droplet?.id === Number(dropletId)
      ? { ipAddress, dropletId: Number(dropletId) }
      : undefined
  },
  async delete(id, _olds, call) {
    const [ipAddress = '', dropletId] = id.split(',')
    const answer = await api.find(`/v2/reserved_ips/${ipAddress}`)
    // It may lead elsewhere by now: a replacement is made before the old one is deleted.
    if (answer?.reserved_ip.droplet?.id === Number(dropletId)) await unassign(api, call, ipAddress)
  },
})

/** Leads the address to the droplet, once nothing else is under way there. */
export async function assign(api: Api, call: Call, ip: string, dropletId: number): Promise<void> {
  await dropletIsIdle(api, call, String(dropletId))
  const answer = await api.call('POST', `/v2/reserved_ips/${ip}/actions`, {
    type: 'assign',
    droplet_id: dropletId,
  })
  await actionEnds(api, call, `/v2/reserved_ips/${ip}/actions/${answer.action.id}`)
}

/** Leads the address nowhere; that it doesn't lead anywhere already is fine. */
export async function unassign(api: Api, call: Call, ip: string): Promise<void> {
  const there = await api.find(`/v2/reserved_ips/${ip}`)
  if (!there?.reserved_ip.droplet) return
  const answer = await api.call('POST', `/v2/reserved_ips/${ip}/actions`, { type: 'unassign' })
  await actionEnds(api, call, `/v2/reserved_ips/${ip}/actions/${answer.action.id}`)
}
