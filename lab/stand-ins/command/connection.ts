export interface Connection {
  host: string
  user?: string
  port?: number
  /** The text of an OpenSSH private key; without one the agent is asked. */
  privateKey?: string
  /** The host's public key, `ssh-ed25519 AAAA…`; without one whoever answers is believed, as in the official plugin. */
  hostKey?: string
  /** How many attempts may fail; -1 for any number. */
  dialErrorLimit?: number
  /** Seconds an attempt may take; 0 for any number. */
  perDialTimeout?: number
}
