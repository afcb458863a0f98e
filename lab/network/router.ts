import { readFile } from 'node:fs/promises'
import { $ } from './shell.ts'
import type { Slot } from '../slot.ts'
import { closeMachineFirewall, openMachineFirewall } from './machine-firewall.ts'
import { borrowMachine } from './machine-settings.ts'
import { addNamespace, hasIpv6, hasLink, ip, namespacesOf, removeNamespace } from './namespace.ts'

// All of a lab's network is in one namespace, the cloud's router: the machine itself gets one link, one
// route and one table. Hosts have IPv4 to everywhere; IPv6 only among themselves and to this machine.

/** Lays the slot's network: this machine, a link, the router. Safe to repeat. */
export async function openRouter(slot: Slot): Promise<void> {
  await borrowMachine()
  await addNamespace(slot.prefix)
  const { mtu } = await readUplink()
  if (!(await hasLink(undefined, slot.prefix)))
    await $`ip link add ${slot.prefix} mtu ${mtu} type veth peer name up mtu ${mtu} netns ${slot.prefix}`
  await $`ip netns exec ${slot.prefix} sysctl -qw ${routerSettings()}`
  await ip(undefined, [
    `addr replace ${slot.gateway}/32 dev ${slot.prefix}`,
    hasIpv6 && `addr replace ${slot.gateway6}/128 dev ${slot.prefix} nodad`,
    `link set ${slot.prefix} up`,
  ])
  await ip(slot.prefix, [
    'link set lo up',
    `addr replace ${slot.router}/32 dev up`,
    hasIpv6 && `addr replace ${slot.router6}/128 dev up nodad`,
    'link set dev up up',
    `route replace ${slot.gateway}/32 dev up`,
    `route replace default via ${slot.gateway} dev up onlink`,
    // An address that no machine has must not travel in circles between the router and this machine.
    `route replace unreachable ${slot.subnet}`,
    hasIpv6 && `route replace ${slot.gateway6}/128 dev up`,
    hasIpv6 && `route replace default via ${slot.gateway6} dev up`,
    hasIpv6 && `route replace unreachable ${slot.subnet6}`,
  ])
  await ip(undefined, [
    `route replace ${slot.subnet} via ${slot.router} dev ${slot.prefix} onlink src ${slot.gateway}`,
    hasIpv6 && `route replace ${slot.router6}/128 dev ${slot.prefix}`,
    hasIpv6 && `route replace ${slot.subnet6} via ${slot.router6} dev ${slot.prefix} src ${slot.gateway6}`,
  ])
  await $({ input: machineTable(slot) })`nft -f -`
  await openMachineFirewall(slot)
}

/** Takes the slot's network off the machine, whatever of it is there. */
export async function closeRouter(slot: Slot): Promise<void> {
  // The link first, by itself: a namespace's own links go some time after it, in the kernel's background.
  if (await hasLink(undefined, slot.prefix)) await $({ nothrow: true })`ip link del ${slot.prefix}`
  await Promise.all((await namespacesOf(slot)).map(removeNamespace))
  await $({ nothrow: true })`nft delete table inet ${tableName(slot)}`
  await closeMachineFirewall(slot)
}

/** What the slot's table on the machine itself is called. */
export const tableName = (slot: Slot) => `shoestring_${slot.index}`

function routerSettings(): string[] {
  const ipv4 = ['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0']
  // A host that calls its own reserved IP is answered, not told a shorter way.
  const redirects = ['net.ipv4.conf.all.send_redirects=0', 'net.ipv4.conf.default.send_redirects=0']
  return [...ipv4, ...redirects, ...(hasIpv6 ? ['net.ipv6.conf.all.forwarding=1'] : [])]
}

/** To the outside under this machine's address; never to another lab. */
function machineTable(slot: Slot): string {
  const table = `inet ${tableName(slot)}`
  return `
    table ${table}
    delete table ${table}
    table ${table} {
      chain to_outside {
        type nat hook postrouting priority srcnat;
        ip saddr ${slot.subnet} oifname != "${slot.prefix}" masquerade
      }
      chain apart {
        type filter hook prerouting priority filter;
        iifname "${slot.prefix}" ip daddr 198.51.100.0/24 ip daddr != ${slot.gateway} drop
        iifname "${slot.prefix}" ip6 daddr 2001:db8:5c::/48 ip6 daddr != ${slot.gateway6} drop
      }
    }`
}

/** Hosts' packets are no larger than what this machine can pass on. */
async function readUplink(): Promise<{ mtu: number }> {
  const [route] = await $`ip -j route show default`.json<{ dev: string }[]>()
  const mtu = route && (await readFile(`/sys/class/net/${route.dev}/mtu`, 'utf8').catch(() => undefined))
  return { mtu: Math.min(Number(mtu ?? 1500), 1500) }
}
