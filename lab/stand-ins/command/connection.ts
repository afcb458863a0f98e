import type { CheckFailure } from '../../../plugin/provider.ts'
import { hasUnknown, type Bag } from '../../../plugin/values.ts'

export interface Connection {
  host: string
  user?: string
  port?: number
  /** The text of an OpenSSH private key; without one the agent is asked. */
  privateKey?: string
  /** Where the agent listens, if not where SSH_AUTH_SOCK says. */
  agentSocketPath?: string
  /** The host's public key, `ssh-ed25519 AAAA…`; without one whoever answers is believed, as in the official plugin. */
  hostKey?: string
  /** How many attempts may fail; -1 for any number. */
  dialErrorLimit?: number
  /** Seconds an attempt may take; 0 for any number. */
  perDialTimeout?: number
}

const known = [
  'host',
  'user',
  'port',
  'privateKey',
  'agentSocketPath',
  'hostKey',
  'dialErrorLimit',
  'perDialTimeout',
]

/** What OpenSSH can't be told without a terminal, and what to do instead. */
const refused: Record<string, string> = {
  password: "the lab's stand-in logs in with keys only: give a privateKey or load one into the ssh agent",
  privateKeyPassword: "the lab's stand-in opens no locked keys: load the key into the ssh agent",
  proxy: "the lab's stand-in knows no proxies: its hosts can be reached directly",
}

/** What is wrong with a connection; what isn't known yet is not judged. */
export function checkConnection(value: unknown): CheckFailure[] {
  if (hasUnknown(value)) return []
  const connection = (value ?? {}) as Bag
  const strange = Object.keys(connection).filter((property) => !known.includes(property))
  return [
    ...strange.map((property) => ({
      property: `connection.${property}`,
      reason: refused[property] ?? `a connection has ${known.join(', ')}`,
    })),
    ...(typeof connection['host'] === 'string'
      ? []
      : [{ property: 'connection.host', reason: 'must be a host to connect to' }]),
  ]
}
