import { NoConnection, Ssh, type Destination } from './ssh.ts'

/** Where a resource's host is, as its inputs say. */
export interface Place {
  readonly address: string
  readonly hostKey: string
}

/** A droplet boots in well under a minute; a host that is rebooting for updates takes as long. */
const patienceMs = 90_000

let keyFile: string | undefined

/** The operator's way in, from the provider's settings; the environment's wins, so that CI can destroy what a laptop made. */
export function useKeyFile(fromSettings: string | undefined): void {
  keyFile = process.env['SHOESTRING_SSH_KEY_FILE'] ?? fromSettings
}

/** Connects for as long as `work` takes, waiting for a host that still boots. */
export async function connected<Result>(
  place: Place,
  name: string,
  work: (ssh: Ssh) => Promise<Result>,
  { signal, patient = true }: { signal?: AbortSignal; patient?: boolean } = {},
): Promise<Result> {
  const destination: Destination = { ...place, keyFile }
  const ssh = await Ssh.connect(destination, {
    patienceMs: patient ? patienceMs : 0,
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw error instanceof NoConnection ? explained(error, place, name) : error
  })
  try {
    return await work(ssh)
  } finally {
    await ssh.close()
  }
}

function explained({ kind, message }: NoConnection, { address, hostKey }: Place, name: string): Error {
  const [what, why, next] = {
    unreachable: [
      `${name} does not answer at ${address}`,
      message,
      `see whether the droplet runs and its cloud firewall lets you in on 22/tcp, then run this again`,
    ],
    'other-host-key': [
      `${name} answers at ${address} with another host key`,
      `expected ${hostKey.slice(0, 60)}…: a rebuilt host, or someone in between`,
      `if you rebuilt it: pulumi up --replace '**first-contact'; otherwise do not connect`,
    ],
    refused: [
      `${name} at ${address} refuses your ssh key`,
      message,
      keyFile
        ? `see that ${keyFile} is the key of an operator in the stack's settings`
        : `set shoestring:sshKeyFile, or load the key: ssh-add`,
    ],
  }[kind]
  return new Unreachable(kind, `${what}\n  why   ${why}\n  next  ${next}`)
}

/** A connection that could not be made, with the reason in an operator's words. */
export class Unreachable extends Error {
  readonly kind: NoConnection['kind']

  constructor(kind: NoConnection['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}
