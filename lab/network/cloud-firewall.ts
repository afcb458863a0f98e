import { isIP } from 'node:net'
import { $ } from './shell.ts'
import type { Policy, Rule } from '../machines.ts'
import type { Slot } from '../slot.ts'
import { linkName } from './machine-link.ts'

/** Puts the whole cloud firewall in force, in one transaction: never is there a moment with half of it. */
export async function applyCloudFirewall(slot: Slot, policies: Policy[]): Promise<void> {
  await $({ input: renderCloudFirewall(policies) })`ip netns exec ${slot.prefix} nft -f -`
}

/**
 * The cloud firewall as nftables. Leaving one machine and entering another are two chains of the same hook, so
 * that a packet between two machines must be accepted by both. Neighbour discovery never passes a router: it
 * isn't filtered, whatever the rules say of ICMP.
 */
export function renderCloudFirewall(policies: Policy[]): string {
  return `
    table inet cloud_firewall
    delete table inet cloud_firewall
    table inet cloud_firewall {
      ${policies.map(({ machineId, outbound }) => chain(`from_${machineId}`, 'daddr', outbound)).join('\n')}
      ${policies.map(({ machineId, inbound }) => chain(`to_${machineId}`, 'saddr', inbound)).join('\n')}
      chain outbound {
        type filter hook forward priority filter;
        ct state established,related accept
        ${jumps('iifname', 'from', policies)}
      }
      chain inbound {
        type filter hook forward priority filter + 1;
        ct state established,related accept
        ${jumps('oifname', 'to', policies)}
      }
    }`
}

function chain(name: string, side: 'saddr' | 'daddr', rules: Rule[]): string {
  const accepts = rules.flatMap((rule) =>
    rule.addresses.map((address) => `${matchAddress(side, address)} ${matchProtocol(rule, address)} accept`),
  )
  return `chain ${name} { ${[...accepts, 'drop'].join('; ')}; }`
}

function jumps(link: 'iifname' | 'oifname', direction: string, policies: Policy[]): string {
  if (policies.length === 0) return ''
  const verdicts = policies.map(
    ({ machineId }) => `"${linkName(machineId)}" : jump ${direction}_${machineId}`,
  )
  return `${link} vmap { ${verdicts.join(', ')} }`
}

function matchProtocol({ protocol, ports }: Rule, address: string): string {
  if (protocol === 'icmp') return `meta l4proto ${family(address) === 'ip6' ? 'icmpv6' : 'icmp'}`
  if (!/^\d+(-\d+)?$/.test(ports)) throw new TypeError(`ports of a firewall rule: ${JSON.stringify(ports)}`)
  return ports === '0' ? `meta l4proto ${protocol}` : `${protocol} dport ${ports}`
}

function matchAddress(side: 'saddr' | 'daddr', address: string): string {
  // Everybody of that family; said so, because a prefix of no length is refused by some versions of nft.
  if (address.endsWith('/0')) return `meta nfproto ${family(address) === 'ip6' ? 'ipv6' : 'ipv4'}`
  return `${family(address)} ${side} ${address}`
}

function family(address: string): 'ip' | 'ip6' {
  const [network = '', length = '0'] = address.split('/')
  const version = isIP(network)
  if (version === 0 || !/^\d+$/.test(length)) throw new TypeError(`address of a firewall rule: ${address}`)
  return version === 6 ? 'ip6' : 'ip'
}
