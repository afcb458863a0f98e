import type { Bag } from '../../../plugin/values.ts'
import { isNone } from '../differences.ts'

/** The order for a droplet, from its inputs. */
export function orderOf(inputs: Bag) {
  const { name, region, size, image, sshKeys, userData, vpcUuid, dropletAgent, backupPolicy } = inputs
  const keys = (sshKeys as unknown[]).map((key) => numeric(key))
  return {
    name,
    region: region ?? '',
    size,
    image: numeric(image),
    ssh_keys: keys.length > 0 ? keys : null,
    backups: inputs['backups'],
    ipv6: inputs['ipv6'],
    monitoring: inputs['monitoring'],
    private_networking: inputs['privateNetworking'] ?? false,
    tags: inputs['tags'],
    ...(userData ? { user_data: userData } : {}),
    ...(vpcUuid ? { vpc_uuid: vpcUuid } : {}),
    ...(isNone(dropletAgent) ? {} : { with_droplet_agent: dropletAgent }),
    ...(inputs['publicNetworking'] === false ? { public_networking: false } : {}),
    ...(backupPolicy ? { backup_policy: backupPolicy } : {}),
  }
}

/** An id as the number it is; slugs and fingerprints as they are. */
const numeric = (value: unknown) => (/^\d+$/.test(String(value)) ? Number(value) : value)

/** A droplet's properties, from what the API tells of it. */
export function propertiesOf(found: any): Bag {
  const { v4, v6 } = found.networks
  const address = (kind: string): string =>
    v4.find(({ type }: { type: string }) => type === kind)?.ip_address ?? ''
  const has = (feature: string): boolean => found.features.includes(feature)
  return {
    name: found.name,
    region: found.region.slug,
    size: found.size.slug,
    image: found.image.slug || String(found.image.id),
    tags: found.tags ?? [],
    ipv6: has('ipv6'),
    backups: has('backups'),
    monitoring: has('monitoring'),
    vpcUuid: found.vpc_uuid,
    createdAt: found.created_at,
    disk: found.disk,
    dropletUrn: `do:droplet:${found.id}`,
    ipv4Address: address('public'),
    ipv4AddressPrivate: address('private'),
    ipv6Address: v6.find(({ type }: { type: string }) => type === 'public')?.ip_address.toLowerCase() ?? '',
    locked: found.locked,
    memory: found.memory,
    priceHourly: found.size.price_hourly,
    priceMonthly: found.size.price_monthly,
    privateNetworking: has('private_networking'),
    publicNetworking: address('public') !== '',
    status: found.status,
    vcpus: found.vcpus,
    volumeIds: found.volume_ids ?? [],
  }
}
