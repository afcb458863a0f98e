import type { Bag } from '../../../plugin/values.ts'
import type { Api } from './api.ts'
import { recordProperties } from './dns-record.ts'
import { propertiesOf } from './droplet-properties.ts'
import { projectProperties } from './project.ts'
import { urnsIn } from './project-urns.ts'

/** A droplet as lists have it. */
export function dropletRecord(found: any): Bag {
  const { dropletUrn: urn, publicNetworking: _, ...properties } = propertiesOf(found)
  return { id: found.id, urn, ipv6AddressPrivate: '', gpuPartitionMode: '', ...properties }
}

export const keyRecord = ({ id, name, public_key: publicKey, fingerprint }: any): Bag => ({
  id,
  name,
  publicKey,
  fingerprint,
})

export function imageRecord(found: any): Bag {
  const { slug, id, name, type, status, distribution, description, regions, tags } = found
  return {
    id,
    name,
    type,
    status,
    distribution,
    regions,
    slug: slug ?? '',
    image: slug || String(id),
    private: !found.public,
    description: description ?? '',
    created: found.created_at,
    minDiskSize: found.min_disk_size,
    sizeGigabytes: found.size_gigabytes,
    errorMessage: found.error_message ?? '',
    tags: tags ?? [],
  }
}

export const regionRecord = ({ slug, name, available, sizes, features }: any): Bag => ({
  slug,
  name,
  available,
  sizes,
  features,
})

export async function projectRecord(api: Api, found: any): Promise<Bag> {
  return { id: found.id, ...projectProperties(found), resources: await urnsIn(api, found.id) }
}

/** A record as lists have it: its value as the API tells it, without a final dot. */
export function recordRecord(found: any, zone: string): Bag {
  const { fqdn: _, ...properties } = recordProperties(found, zone)
  return { id: found.id, ...properties, value: found.data }
}
