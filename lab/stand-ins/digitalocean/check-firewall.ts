import type { CheckFailure } from '../../../plugin/provider.ts'
import type { Bag } from '../../../plugin/values.ts'

/** A firewall's rules, none where nothing is said. */
export const rulesIn = (value: unknown): Bag[] => (Array.isArray(value) ? (value as Bag[]) : [])

/** What the official plugin refuses of a firewall before it asks the API, and what the lab lacks. */
export function checkFirewall(inputs: Bag): CheckFailure[] {
  const rules = [
    ...rulesIn(inputs['inboundRules']).map((rule) => ({ rule, property: 'inboundRules', side: 'inbound' })),
    ...rulesIn(inputs['outboundRules']).map((rule) => ({
      rule,
      property: 'outboundRules',
      side: 'outbound',
    })),
  ]
  if (rules.length === 0) return [{ property: 'inboundRules', reason: 'At least one rule must be specified' }]
  return rules.flatMap(({ rule, property, side }) =>
    problemsOf(rule, side).map((reason) => ({ property, reason })),
  )
}

function problemsOf(rule: Bag, side: string): string[] {
  const { protocol, portRange, action } = rule
  const lacking = Object.keys(rule).filter((key) => /(LoadBalancerUids|KubernetesIds)$/.test(key))
  return [
    ...(['tcp', 'udp', 'icmp'].includes(String(protocol))
      ? []
      : [`expected protocol to be one of ["tcp" "udp" "icmp"], got ${String(protocol)}`]),
    ...(protocol === 'icmp' || portRange
      ? []
      : [`\`port_range\` of ${side} rules is required if protocol is \`tcp\` or \`udp\``]),
    ...lacking.map((key) => `the lab has nothing behind ${key}: name addresses, droplets or tags`),
    ...(action === 'deny' ? ['the lab knows no rules that deny: leave out what is not to pass'] : []),
  ]
}
