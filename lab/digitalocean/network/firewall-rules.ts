import { isIP } from 'node:net'
import { asBody, integers, list, text, texts, type Body } from '../wire/body.ts'
import { unprocessable } from '../wire/errors.ts'
import type { FirewallPeers, FirewallRule, State } from '../state/state.ts'
import { findTag } from '../tags.ts'

export type Direction = 'inbound' | 'outbound'

/** What the API calls the other side of a rule. */
export const peersOf = { inbound: 'sources', outbound: 'destinations' } as const

/** The rules of one direction in a request, each of them checked. */
export function rulesIn(state: Readonly<State>, body: Body, direction: Direction): FirewallRule[] {
  return list(body, `${direction}_rules`).map((item) => {
    const rule = asBody(item) ?? {}
    const protocol = text(rule, 'protocol')?.toLowerCase()
    if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'icmp')
      throw unprocessable('you specified an invalid protocol')
    return {
      protocol,
      ports: protocol === 'icmp' ? '0' : portsIn(rule['ports']),
      action: text(rule, 'action') === 'deny' ? 'deny' : 'allow',
      peers: peersIn(state, rule, direction),
    }
  })
}

/** Refuses what the real API holds to be too much, or said twice. */
export function checkRules({ inbound, outbound }: Record<Direction, FirewallRule[]>): void {
  if (inbound.length + outbound.length === 0) throw unprocessable('must have at least one rule')
  // https://docs.digitalocean.com/products/networking/firewalls/details/limits/
  if (inbound.length + outbound.length > mostRules)
    throw unprocessable(`a firewall may have at most ${mostRules} rules`)
  for (const rules of [inbound, outbound])
    if (new Set(rules.map((rule) => JSON.stringify(rule))).size < rules.length)
      throw unprocessable('duplicate rules')
}

const mostRules = 50

/** `0` for all, as the API answers it; a number is taken for its digits. */
function portsIn(asked: unknown): string {
  const ports = typeof asked === 'number' ? String(asked) : asked
  if (ports === undefined || ports === null || ports === '')
    throw unprocessable('You must specify a positive value for ports.')
  if (ports === 'all' || ports === '0') return '0'
  if (typeof ports !== 'string' || !/^\d+(-\d+)?$/.test(ports))
    throw unprocessable('you must specify a valid range for ports')
  const [first = 0, last = first] = ports.split('-').map(Number)
  if (first >= 1 && first <= last && last <= 65_535) return ports
  throw unprocessable('invalid port range')
}

function peersIn(state: Readonly<State>, rule: Body, direction: Direction): FirewallPeers {
  const field = peersOf[direction]
  const peers = asBody(rule[field])
  if (!peers) throw unprocessable(`You specified an invalid type for one of the ${field}.`)
  const addresses = texts(peers, 'addresses')
  for (const address of addresses) if (!isNetwork(address)) throw unprocessable(`invalid address: ${address}`)
  if (texts(peers, 'load_balancer_uids').length > 0) throw unprocessable('load balancer does not exist')
  if (texts(peers, 'kubernetes_ids').length > 0) throw unprocessable('kubernetes cluster does not exist')
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
    if (!state.droplets.some((droplet) => droplet.id === id)) throw unprocessable('droplet does not exist')
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
