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
  /** A public image's slug, or the id of a private one. */
  image: string | number
  features: string[]
  backupPolicy?: BackupPolicy | undefined
  ipv4: string
  ipv6?: string | undefined
  tags: string[]
  /** Its private network; absent, its region's first one. */
  vpcId?: string | undefined
  /** The public keys themselves: they stay on the host when the account's key is deleted. */
  sshKeys: string[]
  userData?: string | undefined
}

/** An image of the account's own, with a copy of a disk behind it unless it could not be imported. */
export interface PrivateImage {
  id: number
  name: string
  type: 'snapshot' | 'backup' | 'custom'
  distribution: string
  description: string
  regions: string[]
  createdAt: string
  /** In GB. */
  minDiskSize: number
  sizeGigabytes: number
  tags: string[]
  status: 'NEW' | 'available' | 'deleted'
  errorMessage: string
  /** Whose disk it is a copy of; also after that droplet is gone. */
  dropletId: number | null
  /** Deleted by its owner, and still shown by the droplets made from it. */
  removed: boolean
}

export type ActionParams = Record<string, string | number | boolean>

export interface Action {
  id: number
  type: string
  status: 'in-progress' | 'completed' | 'errored'
  startedAt: string
  completedAt: string | null
  resourceType: 'droplet' | 'reserved_ip' | 'image'
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
  /** Absent, allow; a rule that denies lets nothing through, as no rule would. */
  action?: 'allow' | 'deny' | undefined
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

export interface Project {
  id: string
  name: string
  description: string
  purpose: string
  /** Empty where nobody named one. */
  environment: string
  isDefault: boolean
  createdAt: string
  updatedAt: string
}

/** The project that a resource was put into; what has none is in the default project. */
export interface Assignment {
  urn: string
  projectId: string
  assignedAt: string
}

/** A private network that someone made or changed; each region's first one is there without being noted. */
export interface Vpc {
  id: string
  name: string
  description: string
  region: string
  ipRange: string
  isDefault: boolean
  createdAt: string
}

/** Who hears of an alert. */
export interface Recipients {
  email: string[]
  slack: { channel: string; url: string }[]
}

/** An alert on what droplets measure. */
export interface AlertPolicy {
  id: string
  type: string
  description: string
  compare: 'GreaterThan' | 'LessThan'
  value: number
  window: string
  /** Droplets' ids; with tags none either, every droplet. */
  entities: string[]
  tags: string[]
  recipients: Recipients
  enabled: boolean
}

export interface UptimeAlert {
  id: string
  name: string
  type: 'latency' | 'down' | 'down_global' | 'ssl_expiry'
  /** Milliseconds of latency or days to a certificate's end. */
  threshold?: number | undefined
  comparison?: 'greater_than' | 'less_than' | undefined
  period: string
  recipients: Recipients
}

/** Something on the network that is asked again and again whether it answers. */
export interface UptimeCheck {
  id: string
  name: string
  type: 'ping' | 'http' | 'https'
  target: string
  regions: string[]
  enabled: boolean
  alerts: UptimeAlert[]
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
  images: PrivateImage[]
  /** Deleted images whose copies are not gone yet. */
  leavingImages: number[]
  actions: Action[]
  firewalls: Firewall[]
  domains: Domain[]
  reservedIps: ReservedIp[]
  tags: string[]
  projects: Project[]
  assignments: Assignment[]
  vpcs: Vpc[]
  alertPolicies: AlertPolicy[]
  uptimeChecks: UptimeCheck[]
  /** Alerts that were told of and did not clear yet, each with what it is about: `id subject`. */
  firing: string[]
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
    images: [],
    leavingImages: [],
    actions: [],
    firewalls: [],
    domains: [],
    reservedIps: [],
    tags: [],
    projects: [],
    assignments: [],
    vpcs: [],
    alertPolicies: [],
    uptimeChecks: [],
    firing: [],
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
