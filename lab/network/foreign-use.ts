import { BlockList, isIPv6 } from 'node:net'
import { $ } from './shell.ts'
import type { Slot } from '../slot.ts'

interface Route {
  dst: string
  dev?: string
}
interface Link {
  ifname: string
  addr_info: { local: string; prefixlen: number }[]
}

/** Who else on the machine has addresses or routes in the slot's range, as a sentence; nothing if nobody. */
export async function foreignUse(slot: Slot): Promise<string | undefined> {
  const [links, routes, routes6] = await Promise.all([
    $`ip -j addr`.json<Link[]>(),
    $`ip -j route show table all`.json<Route[]>(),
    $`ip -j -6 route show table all`.json<Route[]>(),
  ])
  return findForeignUse(slot, links, [...routes, ...routes6])
}

/** Pure part of `foreignUse`. */
export function findForeignUse(slot: Slot, links: Link[], routes: Route[]): string | undefined {
  const address = links
    .flatMap((link) => link.addr_info.map((info) => ({ dev: link.ifname, dst: info.local })))
    .find((info) => info.dev !== slot.prefix && overlaps(slot, info.dst))
  if (address) return `${slot.subnet} is taken by the address ${address.dst} on ${address.dev}`
  const route = routes.find((found) => found.dev !== slot.prefix && overlaps(slot, found.dst))
  if (route)
    return `${slot.subnet} is taken by the route to ${route.dst}${route.dev ? ` over ${route.dev}` : ''}`
  return undefined
}

function overlaps(slot: Slot, destination: string): boolean {
  if (destination === 'default') return false
  const family = isIPv6(destination.split('/')[0] ?? '') ? 'ipv6' : 'ipv4'
  const [address = '', length = family === 'ipv6' ? '128' : '32'] = destination.split('/')
  // A VPN's way of saying "default" is two halves, 0.0.0.0/1 and 128.0.0.0/1: ours is more specific.
  if (Number(length) < 8) return false
  const [own = '', ownLength = ''] = (family === 'ipv6' ? slot.subnet6 : slot.subnet).split('/')
  return within(own, Number(ownLength), address, family) || within(address, Number(length), own, family)
}

function within(network: string, length: number, address: string, family: 'ipv4' | 'ipv6'): boolean {
  const list = new BlockList()
  list.addSubnet(network, length, family)
  return list.check(address, family)
}
