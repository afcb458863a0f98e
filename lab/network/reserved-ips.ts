import { $ } from './shell.ts'
import type { Slot } from '../slot.ts'

/** A reserved IP and the address of the machine it leads to. */
export interface Assignment {
  ip: string
  machine: string
}

/** Puts the whole set of reserved IPs in force, in one transaction. */
export async function applyReservedIps(slot: Slot, assignments: Assignment[]): Promise<void> {
  await $({ input: renderReservedIps(slot, assignments) })`ip netns exec ${slot.prefix} nft -f -`
}

/** Reserved IPs as address translation in the router: the host knows of its own address only. */
export function renderReservedIps(slot: Slot, assignments: Assignment[]): string {
  const pairs = (separator: string) =>
    assignments.map(({ ip, machine }) => `${ip} ${separator} ${machine}`).join(', ')
  const assigned = assignments.length > 0
  // What began before an address moved would go on with the old machine for as long as it is kept alive.
  const moved = `ct direction original ct status dnat ${assigned ? `ct original ip daddr . ip daddr != { ${pairs('.')} }` : ''}`
  // A host that calls its own reserved IP would see a packet from itself and drop it.
  const own = assignments.map(
    ({ machine }) => `ip saddr ${machine} ip daddr ${machine} snat to ${slot.router}`,
  )
  return `
    table ip reserved_ips
    delete table ip reserved_ips
    table ip reserved_ips {
      chain to_machine {
        type nat hook prerouting priority dstnat;
        ${assigned ? `dnat to ip daddr map { ${pairs(':')} }` : ''}
      }
      chain to_itself {
        type nat hook postrouting priority srcnat;
        ${own.join('\n')}
      }
      chain moved {
        type filter hook forward priority filter - 1;
        ${moved} meta l4proto tcp reject with tcp reset
        ${moved} drop
      }
    }`
}
