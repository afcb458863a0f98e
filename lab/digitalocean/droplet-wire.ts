import { nextBackupWindow } from './backups.ts'
import { image, region, size } from './catalog.ts'
import type { Droplet, State } from './state.ts'
import { defaultVpcId, privateAddress } from './vpcs.ts'

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
    backup_ids: [],
    next_backup_window: droplet.backupPolicy ? nextBackupWindow(droplet.backupPolicy, now) : null,
    snapshot_ids: [],
    image: image(droplet.image),
    volume_ids: [],
    size: ordered,
    size_slug: droplet.size,
    networks: droplet.status === 'new' ? { v4: [], v6: [] } : networks(droplet),
    region: region(droplet.region),
    tags: droplet.tags,
    vpc_uuid: defaultVpcId(state, droplet.region),
  }
}

function networks({ ipv4, ipv6, region: slug }: Droplet) {
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
      { ip_address: privateAddress(slug, ipv4), netmask: '255.255.240.0', gateway: '', type: 'private' },
    ],
    v6: ipv6
      ? [{ ip_address: ipv6, netmask: 64, gateway: ipv6.replace(/[0-9a-f]*$/, '1'), type: 'public' }]
      : [],
  }
}
