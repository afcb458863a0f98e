/** A lab's share of the machine: one of eight, with names and addresses that no other lab has. */
export interface Slot {
  index: number
  /** All that is named after the slot begins with it: `ss0`. */
  prefix: string
  /** 32 addresses: `198.51.100.0/27`. */
  subnet: string
  /** The machine's side, where the lab's DNS, CA and mail listen. */
  gateway: string
  /** The router namespace's side. */
  router: string
  /** For droplets and reserved IPs. */
  addresses: string[]
  subnet6: string
  gateway6: string
  router6: string
  /** A droplet's IPv6 address, after its IPv4 address's last number. */
  address6(ipv4: string): string
}

export const slotCount = 8

/** The slot of that number, claimed or not. */
export function slotAt(index: number): Slot {
  const first = index * 32
  const at = (offset: number) => `198.51.100.${first + offset}`
  // As addresses are written: no zero before `::`.
  const prefix6 = index === 0 ? '2001:db8:5c::' : `2001:db8:5c:${index}::`
  return {
    index,
    prefix: `ss${index}`,
    subnet: `${at(0)}/27`,
    gateway: at(1),
    router: at(2),
    // Neither the first nor the last of 32: some programs take them for the network and for broadcast.
    addresses: Array.from({ length: 28 }, (_, i) => at(i + 3)),
    subnet6: `${prefix6}/64`,
    gateway6: `${prefix6}1`,
    router6: `${prefix6}2`,
    address6: (ipv4) => `${prefix6}${ipv4.split('.').at(-1)}`,
  }
}
