import { ownLogins, type Operator } from './logins.ts'
import { NoConnection, Ssh, type Destination } from './ssh.ts'

/** Where a resource's host is, as its inputs say. */
export interface Place {
  readonly address: string
  readonly hostKey: string
  /** Who has a login there; those of the provider's settings without it. */
  readonly operators?: readonly Operator[]
}

/** A droplet boots in well under a minute; a host that is rebooting for updates takes as long. */
const patienceMs = 90_000

let keyFile: string | undefined
let everywhere: readonly Operator[] = []

/** The operator's way in, from the provider's settings; the environment's wins, so that CI can destroy what a laptop made. */
export function useKeyFile(fromSettings: string | undefined): void {
  keyFile = process.env['SHOESTRING_SSH_KEY_FILE'] ?? fromSettings
}

/** Who has a login on hosts whose inputs do not say it. */
export function useOperators(fromSettings: readonly Operator[]): void {
  everywhere = fromSettings
}

/** Those of the operators as whom the key at hand lets us in; none, and only root's login is left. */
export function loginsAt({ operators = everywhere }: Pick<Place, 'operators'>): Promise<string[]> {
  return ownLogins(keyFile, operators)
}

interface Open {
  readonly ssh: Promise<Ssh>
  users: number
  idle?: NodeJS.Timeout
}

/** Host and Release are on one machine and take turns: the second need not knock again. */
const open = new Map<string, Open>()
const idleMs = 2000

/** Connects for as long as `work` takes, waiting for a host that still boots. */
export async function connected<Result>(
  place: Place,
  name: string,
  work: (ssh: Ssh) => Promise<Result>,
  {
    signal,
    patient = true,
    former = [],
  }: { signal?: AbortSignal; patient?: boolean; former?: readonly Operator[] } = {},
): Promise<Result> {
  const key = keyOf(place)
  const patience = { patienceMs: patient ? patienceMs : 0, ...(signal ? { signal } : {}) }
  const found = open.get(key) ?? { ssh: comeIn(place, former, patience), users: 0 }
  open.set(key, found)
  clearTimeout(found.idle)
  found.users++
  try {
    const ssh = await found.ssh.catch((error: unknown) => {
      open.delete(key)
      throw error instanceof NoConnection ? explained(error, place, name) : error
    })
    return await work(ssh)
  } finally {
    found.users--
    if (found.users === 0) found.idle = setTimeout(() => void close(key, found), idleMs)
  }
}

/** As an operator by sudo; as one of before where the settings have changed; else as root, as at first contact. */
async function comeIn(
  place: Place,
  former: readonly Operator[],
  patience: { patienceMs: number; signal?: AbortSignal },
): Promise<Ssh> {
  const { address, hostKey } = place
  const [now, before] = await Promise.all([loginsAt(place), ownLogins(keyFile, former)])
  const nextLogin = now[0]
  // Who was let in before comes first: a login in vain counts as an attack on the host, and too many shut us out.
  const known = now.filter((login) => before.includes(login))
  let refused: unknown
  for (const login of new Set([...known, ...before, ...now, 'root'])) {
    const destination: Destination = { address, hostKey, keyFile, login, ...(nextLogin && { nextLogin }) }
    try {
      return await Ssh.connect(destination, patience)
    } catch (error) {
      if (!(error instanceof NoConnection) || error.kind !== 'refused') throw error
      // The first one's reason is the one that counts: root's login is shut on purpose.
      refused ??= error
    }
  }
  throw refused
}

/** Lets go of the connection, so that the next one is made afresh. */
export async function comeInAfresh(place: Place): Promise<void> {
  const key = keyOf(place)
  const found = open.get(key)
  if (found) await close(key, found)
}

const keyOf = ({ address, hostKey }: Place): string => JSON.stringify([address, hostKey, keyFile])

async function close(key: string, found: Open): Promise<void> {
  // Another one may have been opened in its place.
  if (open.get(key) === found) open.delete(key)
  const ssh = await found.ssh.catch(() => undefined)
  await ssh?.close()
}

/** Ends all connections: nothing of ours stays behind when the engine ends the plugin. */
export async function closeConnections(): Promise<void> {
  await Promise.all([...open].map(([key, found]) => close(key, found)))
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
