import { $ } from './shell.ts'
import type { Slot } from '../slot.ts'
import { addNamespace, hasIpv6, hasLink, ip, removeNamespace } from './namespace.ts'

interface Address {
  id: number
  ipv4: string
  ipv6?: string | undefined
}

// The router's address on every host's link; the same on each, as a link-local address may be.
const gateway6 = 'fe80::1'

/** A machine's own network namespace. */
export const namespaceName = (slot: Slot, id: number) => `${slot.prefix}-${id}`

/** The router's end of a machine's link. */
export const linkName = (id: number) => `h${id}`

/** Gives a machine its namespace with `host0` in it, and a link to the router. Safe to repeat. */
export async function connect(slot: Slot, { id, ipv4, ipv6 }: Address): Promise<void> {
  const [namespace, link] = [namespaceName(slot, id), linkName(id)]
  const v6 = hasIpv6 && ipv6 !== undefined
  await addNamespace(namespace)
  if (!(await hasLink(slot.prefix, link))) {
    const mtu = (await $`ip -j -n ${slot.prefix} link show dev up`.json<{ mtu: number }[]>())[0]?.mtu ?? 1500
    await $`ip -n ${slot.prefix} link add ${link} mtu ${mtu} type veth peer name host0 mtu ${mtu} netns ${namespace}`
  }
  await ip(namespace, [
    'link set lo up',
    `addr replace ${ipv4}/32 dev host0`,
    v6 && `addr replace ${ipv6}/128 dev host0 nodad`,
    'link set host0 up',
    `route replace default via ${slot.router} dev host0 onlink`,
    v6 && `route replace default via ${gateway6} dev host0`,
  ])
  await ip(slot.prefix, [
    hasIpv6 && `addr replace ${gateway6}/64 dev ${link} nodad`,
    `link set ${link} up`,
    `route replace ${ipv4}/32 dev ${link}`,
    v6 && `route replace ${ipv6}/128 dev ${link}`,
  ])
}

/** Takes a machine off the network; off already is fine. */
export async function disconnect(slot: Slot, id: number): Promise<void> {
  // The link first: with the namespace alone it would go some time later, in the kernel's background.
  await $({ nothrow: true })`ip -n ${slot.prefix} link del ${linkName(id)}`
  await removeNamespace(namespaceName(slot, id))
}
