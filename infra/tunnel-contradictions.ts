import { isIPv4 } from 'node:net'
import type { Value } from './setting-keys.ts'
import { tunnelNetwork } from './tunnel.ts'

type Peers = Value<'wireguard'>['peers']

/** What can't be true at once about the machines in the tunnel, one sentence each. */
export function tunnelContradictions(peers: Peers): string[] {
  if (peers.length === 0)
    return [said('a tunnel without a peer leads nowhere; name one, or leave the key out')]
  return [
    ...peers
      .filter(({ publicKey }) => !isPublicKey(publicKey))
      .map(({ name }) =>
        said(`${name}'s publicKey is no key; it is what wg pubkey prints, 44 characters long`),
      ),
    ...peers
      .filter(({ address }) => !isPeerAddress(address))
      .map(({ name, address }) =>
        said(`${name}'s address ${address} can't be in the tunnel; it is one of ${tunnelNetwork}.2 to .254`),
      ),
    ...twice(peers, 'name').map(([name]) =>
      said(`two peers are called ${name}; each machine has its own name`),
    ),
    ...twice(peers, 'publicKey').map(([, names]) =>
      said(`${names} have one key; each machine makes its own, or one takes the other's packets`),
    ),
    ...twice(peers, 'address').map(([address, names]) =>
      said(`${names} have one address, ${address}; each machine has its own`),
    ),
  ]
}

/** Values that more than one peer has, and whose they are. */
function twice(peers: Peers, property: keyof Peers[number]): [string, string][] {
  const groups = Object.entries(Object.groupBy(peers, (peer) => peer[property]))
  return groups
    .filter(([, group = []]) => group.length > 1)
    .map(([value, group = []]) => [value, group.map(({ name }) => name).join(' and ')])
}

const said = (what: string): string => `shoestring:wireguard: ${what}`

// 32 bytes in base64: of the last character only four bits count.
const isPublicKey = (text: string): boolean => /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text)

function isPeerAddress(address: string): boolean {
  const last = Number(address.slice(tunnelNetwork.length + 1))
  return isIPv4(address) && address.startsWith(`${tunnelNetwork}.`) && last >= 2 && last <= 254
}
