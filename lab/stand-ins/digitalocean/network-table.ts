import { dnsRecord } from './dns-record.ts'
import { domain } from './domain.ts'
import { firewall } from './firewall.ts'
import { wordsFor } from './properties.ts'
import { reservedIpAssignment } from './reserved-ip-assignment.ts'
import { reservedIp } from './reserved-ip.ts'
import type { Row } from './resources.ts'
import { vpc } from './vpc.ts'

const address = {
  // An address can be asked for, and isn't: the official plugin sends only the region.
  inputs: { region: 'replace', dropletId: 'update', ipAddress: 'update' },
  required: ['region'],
  defaults: { dropletId: 0 },
  words: wordsFor('reserved IP'),
} as const

const assignment = {
  inputs: { ipAddress: 'replace', dropletId: 'replace' },
  required: ['ipAddress', 'dropletId'],
  computed: [],
  words: wordsFor('reserved IP assignment', { read: 'Error retrieving reserved IP' }),
  behaviour: reservedIpAssignment,
} as const

/** What leads to droplets: names, addresses, networks and what they let through. */
export const networkTable: Record<string, Row> = {
  'digitalocean:index/domain:Domain': {
    inputs: { name: 'replace', ipAddress: 'replace' },
    required: ['name'],
    computed: ['domainUrn', 'ttl'],
    defaults: { ipAddress: null },
    words: wordsFor('Domain', { read: 'Error retrieving domain' }),
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
    required: ['domain', 'type', 'value'],
    computed: ['fqdn'],
    defaults: { priority: 0, port: 0, weight: 0, flags: 0, tag: '' },
    oneOf: {
      type: ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'SOA'],
      tag: ['issue', 'issuewild', 'iodef'],
    },
    autonamed: true,
    words: wordsFor('record', { create: 'Failed to create record', update: 'Failed to update record' }),
    behaviour: dnsRecord,
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
    sets: ['inboundRules', 'outboundRules', 'dropletIds', 'tags'],
    autonamed: true,
    words: wordsFor('firewall'),
    behaviour: firewall,
  },
  'digitalocean:index/reservedIp:ReservedIp': {
    ...address,
    computed: ['reservedIpUrn'],
    behaviour: reservedIp('reservedIpUrn', 'reservedip'),
  },
  'digitalocean:index/reservedIpAssignment:ReservedIpAssignment': assignment,
  // The same under their old names.
  'digitalocean:index/floatingIp:FloatingIp': {
    ...address,
    computed: ['floatingIpUrn'],
    behaviour: reservedIp('floatingIpUrn', 'floatingip'),
  },
  'digitalocean:index/floatingIpAssignment:FloatingIpAssignment': assignment,
  'digitalocean:index/vpc:Vpc': {
    inputs: { name: 'update', description: 'update', region: 'replace', ipRange: 'replace' },
    required: ['region'],
    computed: ['createdAt', 'default', 'vpcUrn'],
    defaults: { description: '' },
    autonamed: true,
    words: wordsFor('VPC', { read: 'Error reading VPC', update: 'Error updating VPC ' }),
    behaviour: vpc,
  },
}
