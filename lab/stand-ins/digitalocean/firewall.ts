import type { Bag } from '../../../plugin/values.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import { checkFirewall, rulesIn } from './check-firewall.ts'

type Side = 'source' | 'destination'

/** A cloud firewall: its rules, droplets and tags are sets. */
export const firewall = (api: Api): Behaviour => ({
  canonical(property, value) {
    if (property === 'inboundRules') return rulesIn(value).map((rule) => ruleForm(rule, 'source'))
    if (property === 'outboundRules') return rulesIn(value).map((rule) => ruleForm(rule, 'destination'))
    return value
  },
  check: checkFirewall,
  async create(inputs) {
    const answer = await api.call('POST', '/v2/firewalls', bodyOf(inputs))
    return answer.firewall.id
  },
  async read(id) {
    const answer = await api.find(`/v2/firewalls/${id}`)
    if (!answer) return undefined
    const { name, status, created_at, pending_changes, droplet_ids, tags, inbound_rules, outbound_rules } =
      answer.firewall
    return {
      name,
      status,
      createdAt: created_at,
      pendingChanges: pending_changes,
      dropletIds: droplet_ids ?? [],
      tags: tags ?? [],
      inboundRules: (inbound_rules ?? []).map((rule: Bag) => propertiesOf(rule, 'source')),
      outboundRules: (outbound_rules ?? []).map((rule: Bag) => propertiesOf(rule, 'destination')),
    }
  },
  async update(id, _olds, news) {
    await api.call('PUT', `/v2/firewalls/${id}`, bodyOf(news))
  },
  async delete(id) {
    await api.call('DELETE', `/v2/firewalls/${id}`)
  },
})

function bodyOf({ name, inboundRules, outboundRules, dropletIds = [], tags = [] }: Bag) {
  return {
    name,
    inbound_rules: rulesIn(inboundRules).map((rule) => wireRule(rule, 'source')),
    outbound_rules: rulesIn(outboundRules).map((rule) => wireRule(rule, 'destination')),
    droplet_ids: dropletIds,
    tags,
  }
}

/** How a rule's other side is called here and in the API. */
const peers = { Addresses: 'addresses', DropletIds: 'droplet_ids', Tags: 'tags' } as const

function wireRule(rule: Bag, side: Side) {
  const others = Object.entries(peers).map(([ours, theirs]) => [theirs, rule[`${side}${ours}`] ?? []])
  return {
    protocol: rule['protocol'],
    // Without ports for icmp, which has none.
    ...(rule['portRange'] ? { ports: rule['portRange'] } : {}),
    [`${side}s`]: Object.fromEntries(others),
  }
}

function propertiesOf(rule: Bag, side: Side): Bag {
  const others = rule[`${side}s`] as Bag
  return {
    protocol: rule['protocol'],
    ...portRangeOf(rule),
    ...Object.fromEntries(
      Object.entries(peers)
        .filter(([, theirs]) => ((others[theirs] as unknown[] | undefined) ?? []).length > 0)
        .map(([ours, theirs]) => [`${side}${ours}`, others[theirs]]),
    ),
  }
}

/** The API shows 0 for all ports, and for the ports of icmp, which has none. */
function portRangeOf({ protocol, ports }: Bag): Bag {
  if (ports === '0') return protocol === 'icmp' ? {} : { portRange: 'all' }
  return ports ? { portRange: ports } : {}
}

/** A rule in one form: its peers sorted, and the ports that the API shows as 0 by one name. */
function ruleForm(rule: Bag, side: Side): string {
  const { protocol, ports = 'all', ...others } = wireRule(rule, side) as Bag
  const peersOf = others[`${side}s`] as Record<string, unknown[]>
  const sorted = Object.entries(peersOf).map(([key, list]) => [key, list.map(String).toSorted()])
  return JSON.stringify([protocol, ports, sorted])
}
