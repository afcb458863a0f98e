import type { ResourceClass } from '../../../plugin/provider.ts'
import type { Api } from './api.ts'
import { cloudResource, type Behaviour, type Properties } from './cloud-resource.ts'
import { dnsRecord } from './dns-record.ts'
import { domain } from './domain.ts'
import { droplet } from './droplet.ts'
import { firewall } from './firewall.ts'
import { reservedIpAssignment } from './reserved-ip-assignment.ts'
import { reservedIp } from './reserved-ip.ts'
import { sshKey } from './ssh-key.ts'
import { tag } from './tag.ts'

/** Every resource with its properties, named as in the official SDK. */
const table: Record<string, Properties & { behaviour: (api: Api) => Behaviour }> = {
  'digitalocean:index/sshKey:SshKey': {
    inputs: { name: 'update', publicKey: 'replace' },
    computed: ['fingerprint'],
    autonamed: true,
    behaviour: sshKey,
  },
  'digitalocean:index/tag:Tag': {
    inputs: { name: 'replace' },
    computed: [
      'totalResourceCount',
      'dropletsCount',
      'imagesCount',
      'volumesCount',
      'volumeSnapshotsCount',
      'databasesCount',
    ],
    autonamed: true,
    behaviour: tag,
  },
  'digitalocean:index/domain:Domain': {
    inputs: { name: 'replace', ipAddress: 'replace' },
    computed: ['domainUrn', 'ttl'],
    behaviour: domain,
  },
  'digitalocean:index/dnsRecord:DnsRecord': {
    inputs: {
      domain: 'replace',
      type: 'replace',
      name: 'update',
      value: 'update',
      ttl: 'update',
      priority: 'update',
      port: 'update',
      weight: 'update',
      flags: 'update',
      tag: 'update',
    },
    computed: ['fqdn'],
    defaults: { name: '@', ttl: 1800, priority: 0, port: 0, weight: 0, flags: 0 },
    behaviour: dnsRecord,
  },
  'digitalocean:index/droplet:Droplet': {
    inputs: {
      image: 'replace',
      region: 'replace',
      sshKeys: 'replace',
      userData: 'replace',
      monitoring: 'replace',
      vpcUuid: 'replace',
      dropletAgent: 'replace',
      name: 'update',
      size: 'update',
      resizeDisk: 'update',
      tags: 'update',
      ipv6: 'update',
      backups: 'update',
      backupPolicy: 'update',
      gracefulShutdown: 'update',
    },
    computed: [
      'createdAt',
      'disk',
      'dropletUrn',
      'ipv4Address',
      'ipv4AddressPrivate',
      'ipv6Address',
      'locked',
      'memory',
      'priceHourly',
      'priceMonthly',
      'privateNetworking',
      'status',
      'vcpus',
      'volumeIds',
    ],
    defaults: {
      sshKeys: [],
      tags: [],
      ipv6: false,
      backups: false,
      monitoring: false,
      resizeDisk: true,
      gracefulShutdown: false,
    },
    autonamed: true,
    behaviour: droplet,
  },
  'digitalocean:index/firewall:Firewall': {
    inputs: {
      name: 'update',
      inboundRules: 'update',
      outboundRules: 'update',
      dropletIds: 'update',
      tags: 'update',
    },
    computed: ['createdAt', 'pendingChanges', 'status'],
    defaults: { inboundRules: [], outboundRules: [], dropletIds: [], tags: [] },
    autonamed: true,
    behaviour: firewall,
  },
  'digitalocean:index/reservedIp:ReservedIp': {
    inputs: { region: 'replace', dropletId: 'update' },
    computed: ['ipAddress', 'reservedIpUrn'],
    behaviour: reservedIp,
  },
  'digitalocean:index/reservedIpAssignment:ReservedIpAssignment': {
    inputs: { ipAddress: 'replace', dropletId: 'replace' },
    computed: [],
    behaviour: reservedIpAssignment,
  },
}

/** The resource classes of the plugin, by type token. */
export function resources(api: Api): Record<string, ResourceClass> {
  return Object.fromEntries(
    Object.entries(table).map(([type, { behaviour, ...properties }]) => [
      type,
      cloudResource(properties, behaviour(api)),
    ]),
  )
}
