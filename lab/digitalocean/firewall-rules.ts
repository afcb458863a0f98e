import { isIP } from 'node:net'
import { asBody, integers, list, text, texts, type Body } from './body.ts'
import { unprocessable } from './errors.ts'
import type { FirewallPeers, FirewallRule, State } from './state.ts'
import { findTag } from './tags.ts'

export type Direction = 'inbound' | 'outbound'

/** What the API calls the other side of a rule. */
export const peersOf = { inbound: 'sources', outbound: 'destinations' } as const

/** The rules of one direction in a request, each of them checked. */
export function rulesIn(state: Readonly<State>, body: Body, direction: Direction): FirewallRule[] {
  return list(body, `${direction}_rules`).map((item) => {
    const rule = asBody(item) ?? {}
    const protocol = text(rule, 'protocol')
    if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'icmp')
      throw unprocessable(`${direction} rule: protocol must be tcp, udp or icmp`)
    return {
      protocol,
      ports: protocol === 'icmp' ? '0' : portsIn(rule, direction),
      peers: peersIn(state, rule, direction),
    }
  })
}

/** `0` for all, as the API answers it. */
function portsIn(rule: Body, direction: Direction): string {
  const ports = text(rule, 'ports')
  if (ports === undefined || ports === 'all' || ports === '0') return '0'
  const [first = 0, last = first] = ports.split('-').map(Number)
  if (/^\d+(-\d+)?$/.test(ports) && first >= 1 && first <= last && last <= 65_535) return ports
  throw unprocessable(
    `${direction} rule: ports must be a port, a range such as 8000-9000, or all; got ${ports}`,
  )
}

function peersIn(state: Readonly<State>, rule: Body, direction: Direction): FirewallPeers {
  const field = peersOf[direction]
  const peers = asBody(rule[field])
  if (!peers) throw unprocessable(`${direction} rule: must have ${field}`)
  const addresses = texts(peers, 'addresses')
  for (const address of addresses)
    if (!isNetwork(address)) throw unprocessable(`${direction} rule: invalid address ${address}`)
  for (const foreign of ['load_balancer_uids', 'kubernetes_ids'])
    if (texts(peers, foreign).length > 0)
      throw unprocessable(`${direction} rule: ${foreign} name nothing that this account has`)
  const droplets = knownDroplets(state, integers(peers, 'droplet_ids'))
  const tags = knownTags(state, texts(peers, 'tags'))
  return {
    ...(addresses.length > 0 ? { addresses } : {}),
    ...(droplets.length > 0 ? { droplet_ids: droplets } : {}),
    ...(tags.length > 0 ? { tags } : {}),
  }
}

export function knownDroplets(state: Readonly<State>, ids: number[]): number[] {
  for (const id of ids)
    if (!state.droplets.some((droplet) => droplet.id === id)) throw unprocessable(`droplet ${id} not found`)
  return [...new Set(ids)]
}

/** A firewall doesn't make tags: https://github.com/poseidon/typhoon/issues/709 */
export function knownTags(state: Readonly<State>, names: string[]): string[] {
  const known = names.map((name) => {
    const tag = findTag(state, name)
    if (!tag) throw unprocessable(`tag ${name} does not exist`)
    return tag
  })
  return [...new Set(known)]
}

function isNetwork(peer: string): boolean {
  const [address = '', bits, ...rest] = peer.split('/')
  const most = { 4: 32, 6: 128 }[isIP(address)]
  if (!most || rest.length > 0) return false
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most)
}
