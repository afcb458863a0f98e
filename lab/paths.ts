import { join, resolve } from 'node:path'

export const repository = resolve(import.meta.dirname, '..')

/** Where a lab keeps what it is; one folder a lab, everything of it below. */
export interface LabPaths {
  readonly state: string
  /** What runs and where it is reached; there while the daemon runs. */
  readonly status: string
  /** The account's droplets, records and all the rest. */
  readonly cloud: string
  /** The account at Namecheap: which domains, and who answers for them. */
  readonly namecheap: string
  readonly namecheapKey: string
  readonly logs: string
  readonly requests: string
  /** Private key of the lab's operator; the public one beside it. */
  readonly key: string
  readonly token: string
  readonly mailPassword: string
  /** Pulumi's own: home, state and the stack's settings. */
  readonly pulumiHome: string
  readonly pulumiState: string
  readonly project: string
  readonly stackSettings: string
  readonly passphrase: string
}

/** The lab of this clone, unless the environment names another folder. */
export const defaultState = (): string =>
  resolve(process.env['SHOESTRING_LAB'] ?? join(repository, '.shoestring', 'lab'))

export function labPaths(state = defaultState()): LabPaths {
  const at = (...parts: string[]): string => join(state, ...parts)
  return {
    state,
    status: at('lab.json'),
    cloud: at('cloud.json'),
    namecheap: at('namecheap.json'),
    namecheapKey: at('namecheap-key'),
    logs: at('log'),
    requests: at('log', 'requests.jsonl'),
    key: at('id_ed25519'),
    token: at('token'),
    mailPassword: at('mail-password'),
    pulumiHome: at('pulumi', 'home'),
    pulumiState: at('pulumi', 'state'),
    project: at('pulumi', 'project'),
    stackSettings: at('pulumi', 'project', 'Pulumi.local.yaml'),
    passphrase: at('pulumi', 'passphrase'),
  }
}
