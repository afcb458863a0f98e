import { dropletSnapshot } from './droplet-snapshot.ts'
import { droplet } from './droplet.ts'
import { wordsFor } from './properties.ts'
import type { Row } from './resources.ts'
import { sshKey } from './ssh-key.ts'
import { tag } from './tag.ts'

/** Droplets and what they are made with. */
export const dropletTable: Record<string, Row> = {
  'digitalocean:index/sshKey:SshKey': {
    inputs: { name: 'update', publicKey: 'replace' },
    required: ['publicKey'],
    computed: ['fingerprint'],
    autonamed: true,
    words: wordsFor('SSH Key', {
      read: 'Error retrieving SSH key',
      update: 'Failed to update SSH key',
      delete: 'Error deleting SSH key',
    }),
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
    words: wordsFor('tag'),
    behaviour: tag,
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
      publicNetworking: 'replace',
      name: 'update',
      size: 'update',
      resizeDisk: 'update',
      tags: 'update',
      // It can't be turned off: https://github.com/digitalocean/terraform-provider-digitalocean/issues/1104
      ipv6: (before) => (before === true ? 'replace' : 'update'),
      ipv6Address: 'update',
      privateNetworking: 'update',
      backups: 'update',
      backupPolicy: 'update',
      gracefulShutdown: 'update',
    },
    required: ['image', 'size'],
    computed: [
      'createdAt',
      'disk',
      'dropletUrn',
      'ipv4Address',
      'ipv4AddressPrivate',
      'locked',
      'memory',
      'priceHourly',
      'priceMonthly',
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
      userData: null,
      dropletAgent: null,
      backupPolicy: null,
    },
    sets: ['sshKeys', 'tags'],
    digests: ['userData'],
    refused: {
      volumeIds: 'the lab has no volumes; keep data on the droplet',
      gpuPartitionMode: 'the lab has no GPUs; take a size without',
    },
    autonamed: true,
    words: wordsFor('droplet'),
    behaviour: droplet,
  },
  'digitalocean:index/dropletSnapshot:DropletSnapshot': {
    inputs: { name: 'replace', dropletId: 'replace' },
    required: ['dropletId'],
    computed: ['createdAt', 'minDiskSize', 'regions', 'size'],
    sets: ['regions'],
    autonamed: true,
    words: wordsFor('Droplet Snapshot', {
      read: 'Error retrieving Droplet snapshot',
      delete: 'Error deleting snapshot',
    }),
    behaviour: dropletSnapshot,
  },
}
