import type { HostInputs } from '../plugin/host.ts'
import type { Value } from './setting-keys.ts'

/** Where the operators' tunnel comes in; the cloud's firewall and the host's own let it. */
export const tunnelPort = 51_820

/**
 * The tunnel's own network, the host at .1. One that neither DigitalOcean's private networks nor most homes and offices
 * have: a tunnel to a network that one is in already leads nowhere.
 */
export const tunnelNetwork = '10.77.0'

/** What the settings ask of the host for a tunnel; nothing without peers. */
export function tunnelOf(wireguard: Value<'wireguard'> | undefined): HostInputs['wireguard'] {
  if (!wireguard) return undefined
  const peers = wireguard.peers.map((peer) => ({ ...peer }))
  return { address: `${tunnelNetwork}.1/24`, port: tunnelPort, peers }
}
