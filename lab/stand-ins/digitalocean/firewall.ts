import type { Bag } from '../../../plugin/values.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './cloud-resource.ts'

type Side = 'source' | 'destination'

/** A cloud firewall: its rules, droplets and tags are sets. */
export const firewall = (api: Api): Behaviour => ({
  canonical(property, value) {
    if (property === 'inboundRules') return ruleSet(value, 'source')
    if (property === 'outboundRules') return ruleSet(value, 'destination')
    if (property === 'dropletIds') return (value as unknown[]).map(Number).toSorted((a, b) => a - b)
    return property === 'tags' ? (value as string[]).toSorted() : value
  },
  check: (inputs) =>
    ['inboundRules', 'outboundRules'].flatMap((property) =>
      rulesIn(inputs[property])
        .filter(({ action }) => action === 'deny')
        .map(() => ({ property, reason: "the lab's stand-in plugin knows no rules that deny" })),
    ),
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
  delete: (id) => api.delete(`/v2/firewalls/${id}`),
})

const rulesIn = (value: unknown): Bag[] => (Array.isArray(value) ? (value as Bag[]) : [])

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
    ...(rule['protocol'] === 'icmp' ? {} : { ports: rule['portRange'] ?? 'all' }),
    [`${side}s`]: Object.fromEntries(others),
  }
}

function propertiesOf(rule: Bag, side: Side): Bag {
  const others = rule[`${side}s`] as Bag
  return {
    protocol: rule['protocol'],
    ...(rule['protocol'] === 'icmp' ? {} : { portRange: rule['ports'] === '0' ? 'all' : rule['ports'] }),
    ...Object.fromEntries(
      Object.entries(peers)
        .filter(([, theirs]) => ((others[theirs] as unknown[] | undefined) ?? []).length > 0)
        .map(([ours, theirs]) => [`${side}${ours}`, others[theirs]]),
    ),
  }
}

/** Rules in one form and one order. */
function ruleSet(value: unknown, side: Side): string[] {
  return rulesIn(value)
    .map((rule) => {
      const { protocol, ports = '0', ...others } = wireRule(rule, side) as Bag
      const sorted = Object.entries(others[`${side}s`] as Record<string, unknown[]>).map(([key, list]) => [
        key,
        list.map(String).toSorted(),
      ])
      return JSON.stringify([protocol, ports === 'all' ? '0' : ports, sorted])
    })
    .toSorted()
}
