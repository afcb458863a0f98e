import { unprocessable } from '../wire/errors.ts'
import type { State } from '../state/state.ts'

/** A free address of the lab. Droplets take the first and reserved IPs the last, so that both read well in a list. */
export function freeAddress(
  state: Readonly<State>,
  addresses: readonly string[],
  forWhat: 'droplet' | 'reserved IP',
): string {
  const taken = new Set([
    ...state.droplets.map(({ ipv4 }) => ipv4),
    ...state.leaving.map(({ ipv4 }) => ipv4),
    ...state.reservedIps.map(({ ip }) => ip),
  ])
  const isFree = (address: string) => !taken.has(address)
  const free = forWhat === 'droplet' ? addresses.find(isFree) : addresses.findLast(isFree)
  if (free) return free
  throw unprocessable(
    `The lab has no address left for a ${forWhat}: all ${addresses.length} are taken. Delete a droplet or a reserved IP.`,
  )
}
