import { nextBackupWindow } from './backups.ts'
import { region } from '../images/catalog.ts'
import { copiesOf, imageOf } from '../images/private-images.ts'
import { size } from '../images/sizes.ts'
import type { Droplet, State } from '../state/state.ts'
import { privateNetwork, vpcOfDroplet } from '../network/vpc-of.ts'

/** A droplet as the API shows it. It has no addresses before its first boot. */
export function wireDroplet(state: Readonly<State>, droplet: Droplet, now: Date) {
  const ordered = size(droplet.size)
  return {
    id: droplet.id,
    name: droplet.name,
    memory: ordered?.memory,
    vcpus: ordered?.vcpus,
    disk: droplet.disk,
    disk_info: [{ type: 'local', size: { amount: droplet.disk, unit: 'gib' } }],
    locked: droplet.locked,
    status: droplet.status,
    kernel: null,
    created_at: droplet.createdAt,
    features: droplet.features,
    backup_ids: copiesOf(state, droplet.id, 'backup').map(({ id }) => id),
    next_backup_window: droplet.backupPolicy ? nextBackupWindow(droplet.backupPolicy, now) : null,
    snapshot_ids: copiesOf(state, droplet.id, 'snapshot').map(({ id }) => id),
    image: imageOf(state, droplet),
    volume_ids: [],
    size: ordered,
    size_slug: droplet.size,
    networks: droplet.status === 'new' ? { v4: [], v6: [] } : networks(state, droplet),
    region: region(droplet.region),
    tags: droplet.tags,
    vpc_uuid: vpcOfDroplet(state, droplet).id,
  }
}

function networks(state: Readonly<State>, droplet: Droplet) {
  const { ipv4, ipv6 } = droplet
  const [a, b, c, d] = ipv4.split('.').map(Number)
  return {
    v4: [
      // A lab has 32 addresses, the first of them the gateway.
      {
        ip_address: ipv4,
        netmask: '255.255.255.224',
        gateway: `${a}.${b}.${c}.${((d ?? 0) & 224) + 1}`,
        type: 'public',
      },
      { ...privateNetwork(state, droplet), gateway: '', type: 'private' },
    ],
    v6: ipv6
      ? [{ ip_address: ipv6, netmask: 64, gateway: ipv6.replace(/[0-9a-f]*$/, '1'), type: 'public' }]
      : [],
  }
}
