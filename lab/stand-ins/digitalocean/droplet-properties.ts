import type { Bag } from '../../../plugin/values.ts'

/** The order for a droplet, from its inputs. */
export function orderOf(inputs: Bag) {
  const { name, region, size, image, sshKeys, userData, vpcUuid, dropletAgent, backupPolicy } = inputs
  const keys = (sshKeys as unknown[] | undefined)?.map((key) =>
    /^\d+$/.test(String(key)) ? Number(key) : key,
  )
  return {
    name,
    region,
    size,
    image: /^\d+$/.test(String(image)) ? Number(image) : image,
    ssh_keys: keys ?? null,
    backups: inputs['backups'] ?? false,
    ipv6: inputs['ipv6'] ?? false,
    monitoring: inputs['monitoring'] ?? false,
    private_networking: false,
    tags: inputs['tags'] ?? [],
    ...(userData ? { user_data: userData } : {}),
    ...(vpcUuid ? { vpc_uuid: vpcUuid } : {}),
    ...(dropletAgent === undefined ? {} : { with_droplet_agent: dropletAgent }),
    ...(backupPolicy ? { backup_policy: backupPolicy } : {}),
  }
}

/** A droplet's properties, from what the API tells of it. */
export function propertiesOf(found: any): Bag {
  const { v4, v6 } = found.networks
  const address = (kind: string) => v4.find(({ type }: { type: string }) => type === kind)?.ip_address
  return {
    name: found.name,
    region: found.region.slug,
    size: found.size_slug,
    image: found.image.slug ?? String(found.image.id),
    tags: found.tags,
    ipv6: found.features.includes('ipv6'),
    backups: found.features.includes('backups'),
    monitoring: found.features.includes('monitoring'),
    vpcUuid: found.vpc_uuid,
    createdAt: found.created_at,
    disk: found.disk,
    dropletUrn: `do:droplet:${found.id}`,
    ipv4Address: address('public'),
    ipv4AddressPrivate: address('private'),
    ipv6Address: v6[0]?.ip_address.toLowerCase() ?? '',
    locked: found.locked,
    memory: found.memory,
    priceHourly: found.size.price_hourly,
    priceMonthly: found.size.price_monthly,
    privateNetworking: found.features.includes('private_networking'),
    status: found.status,
    vcpus: found.vcpus,
    volumeIds: found.volume_ids,
  }
}
