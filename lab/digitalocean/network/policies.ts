import type { Policy, Rule } from '../../machines.ts'
import type { Droplet, Firewall, FirewallRule, State } from '../state/state.ts'

/** What may pass at each droplet: the union of the firewalls that name it or one of its tags; none, no policy. */
export function policies(state: Readonly<Pick<State, 'droplets' | 'firewalls'>>): Policy[] {
  return state.droplets.flatMap((droplet) => {
    const around = state.firewalls.filter((firewall) => covers(firewall, droplet))
    if (around.length === 0) return []
    return [
      {
        machineId: droplet.id,
        inbound: around.flatMap(({ inbound }) => resolved(inbound, state.droplets)),
        outbound: around.flatMap(({ outbound }) => resolved(outbound, state.droplets)),
      },
    ]
  })
}

export const covers = (firewall: Firewall, droplet: Droplet) =>
  firewall.dropletIds.includes(droplet.id) || sharesTag(firewall.tags, droplet)

function resolved(rules: FirewallRule[], droplets: Droplet[]): Rule[] {
  return rules.flatMap(({ protocol, ports, action, peers }) => {
    if (action === 'deny') return []
    const named = droplets.filter(
      (droplet) => peers.droplet_ids?.includes(droplet.id) || sharesTag(peers.tags ?? [], droplet),
    )
    const addresses = [...(peers.addresses ?? []), ...named.flatMap(publicAddresses)]
    // A rule for a tag that nobody bears lets nobody through; without addresses it must not become "anyone".
    return addresses.length > 0 ? [{ protocol, ports, addresses: [...new Set(addresses)] }] : []
  })
}

const sharesTag = (tags: string[], droplet: Droplet) => tags.some((tag) => droplet.tags.includes(tag))

const publicAddresses = ({ ipv4, ipv6 }: Droplet) => (ipv6 ? [ipv4, ipv6] : [ipv4])
