import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { assign, unassign } from './reserved-ip-actions.ts'
import { uniqueId } from './unique-id.ts'
import { explaining } from './wait.ts'

/** Where a reserved IP leads. */
export const reservedIpAssignment = (api: Api): Behaviour => ({
  async create({ ipAddress, dropletId }, call) {
    await assign(api, call, textOf(ipAddress), Number(dropletId))
    return uniqueId(`${textOf(dropletId)}-${textOf(ipAddress)}-`)
  },
  async read(id, known) {
    // Imported as `ip,droplet`.
    const imported = id.includes(',')
    const [ip, droplet] = imported ? id.split(',') : [known['ipAddress'], known['dropletId']]
    const [ipAddress, dropletId] = [textOf(ip), Number(droplet)]
    if (!ipAddress || !dropletId) throw new Error(wrongId)
    // That the address itself is gone is an error.
    const { reserved_ip: address } = await api.call('GET', `/v2/reserved_ips/${ipAddress}`)
    if (address.droplet?.id !== dropletId) return undefined
    return { ...(imported ? { id: uniqueId(`${dropletId}-${ipAddress}-`) } : {}), ipAddress, dropletId }
  },
  async delete(_id, known, call) {
    const ip = textOf(known['ipAddress'])
    const asked = api.call('GET', `/v2/reserved_ips/${ip}`)
    const { reserved_ip: address } = await explaining('Error retrieving reserved IP', asked)
    if (!address.droplet) throw new Error(`${ip} leads nowhere already, and ${panics}`)
    // It may lead elsewhere by now: a replacement is made before the old one is deleted.
    if (address.droplet.id === Number(known['dropletId'])) await unassign(api, call, ip)
  },
})

const wrongId =
  'must use the reserved IP and the ID of the Droplet joined with a comma (e.g. `ip_address,droplet_id`)'

const panics =
  'the official plugin panics then (invalid memory address or nil pointer dereference): run pulumi refresh first'
