import { isIP } from 'node:net'
import type { Value } from './setting-keys.ts'
import { tunnelContradictions } from './tunnel-contradictions.ts'

// Users that the host has anyway, or that services of ours run as.
const taken = [
  'root',
  'app',
  'caddy',
  'postgres',
  'daemon',
  'bin',
  'sys',
  'man',
  'mail',
  'backup',
  'nobody',
  'sshd',
]

/** What can't be true at once about who may come in, one sentence each. */
export function contradictions({
  operators = [],
  sshFrom = [],
  wireguard,
}: {
  operators?: Value<'operators'> | undefined
  sshFrom?: readonly string[] | undefined
  wireguard?: Value<'wireguard'> | undefined
}): string[] {
  const names = operators.map(({ name }) => name)
  const twice = names.filter((name, index) => names.indexOf(name) < index)
  return [
    ...operators
      .filter(({ keys }) => keys.length === 0)
      .map(({ name }) => `shoestring:operators: ${name} has no key, and there are no passwords`),
    ...[...new Set(twice)].map(
      (name) => `shoestring:operators names ${name} twice; give it all keys in one place`,
    ),
    ...names
      .filter((name) => taken.includes(name))
      .map((name) => `shoestring:operators: ${name} is a user of the system itself; choose another name`),
    ...sshFrom
      .filter((network) => !isNetwork(network))
      .map(
        (network) =>
          `shoestring:sshFrom: ${network} is no network; write it as 192.0.2.0/24 or 2001:db8::/32`,
      ),
    ...(wireguard ? tunnelContradictions(wireguard.peers) : []),
  ]
}

function isNetwork(network: string): boolean {
  const [address = '', prefix = ''] = network.split('/')
  const family = isIP(address)
  return family !== 0 && Number(prefix) <= (family === 4 ? 32 : 128)
}
