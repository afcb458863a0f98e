import { randomUUID } from 'node:crypto'

/** An SSH key of the account; the fingerprint is MD5, as the API shows it. */
export interface SshKey {
  id: number
  name: string
  publicKey: string
  fingerprint: string
}

export interface BackupPolicy {
  plan: 'daily' | 'weekly'
  weekday?: string | undefined
  hour?: number | undefined
}

export interface Droplet {
  id: number
  name: string
  /** `new` until its machine has booted for the first time. */
  status: 'new' | 'active' | 'off'
  /** Whether an action is under way. */
  locked: boolean
  createdAt: string
  region: string
  size: string
  /** In GB; stays behind the size's own when resized without its disk. */
  disk: number
  image: string
  features: string[]
  backupPolicy?: BackupPolicy | undefined
  ipv4: string
  ipv6?: string | undefined
  tags: string[]
  /** The public keys themselves: they stay on the host when the account's key is deleted. */
  sshKeys: string[]
  userData?: string | undefined
}

export type ActionParams = Record<string, string | number | boolean>

export interface Action {
  id: number
  type: string
  status: 'in-progress' | 'completed' | 'errored'
  startedAt: string
  completedAt: string | null
  resourceType: 'droplet' | 'reserved_ip'
  resourceId: number
  region: string
  /** What is needed to do it again after a restart. */
  params: ActionParams
}

export interface FirewallPeers {
  addresses?: string[]
  droplet_ids?: number[]
  tags?: string[]
}

export interface FirewallRule {
  protocol: 'tcp' | 'udp' | 'icmp'
  /** `0` is all. */
  ports: string
  /** Sources of an inbound rule, destinations of an outbound one. */
  peers: FirewallPeers
}

export interface Firewall {
  id: string
  name: string
  status: 'waiting' | 'succeeded' | 'failed'
  createdAt: string
  inbound: FirewallRule[]
  outbound: FirewallRule[]
  dropletIds: number[]
  tags: string[]
}

/** A DNS record in the API's own shape: names relative to the zone, hosts without their trailing dot. */
export interface DnsRecord {
  id: number
  type: string
  name: string
  data: string
  priority: number | null
  port: number | null
  ttl: number
  weight: number | null
  flags: number | null
  tag: string | null
}

export interface Domain {
  name: string
  records: DnsRecord[]
}

export interface ReservedIp {
  ip: string
  region: string
  dropletId: number | null
  locked: boolean
}

/** The whole account: one JSON document. */
export interface State {
  version: 1
  account: { uuid: string; createdAt: string }
  nextId: number
  keys: SshKey[]
  droplets: Droplet[]
  /** Deleted droplets whose machines are not gone yet: their addresses stay taken. */
  leaving: { id: number; ipv4: string }[]
  actions: Action[]
  firewalls: Firewall[]
  domains: Domain[]
  reservedIps: ReservedIp[]
  tags: string[]
}

/** An account that nobody has used yet. */
export function freshAccount(now: Date): State {
  return {
    version: 1,
    account: { uuid: randomUUID(), createdAt: timestamp(now) },
    // Real ids have nine digits: none of ours should fit into a smaller type by luck.
    nextId: 500_000_001,
    keys: [],
    droplets: [],
    leaving: [],
    actions: [],
    firewalls: [],
    domains: [],
    reservedIps: [],
    tags: [],
  }
}

/** Takes the next id of the account. */
export function takeId(state: State): number {
  return state.nextId++
}

/** A time as the API writes it: UTC, whole seconds. */
export function timestamp(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}
