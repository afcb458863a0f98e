import type { Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import {
  dropletRecord,
  imageRecord,
  keyRecord,
  projectRecord,
  recordRecord,
  regionRecord,
} from './function-records.ts'
import { tagProperties } from './tag.ts'

/** A function that lists things, to be filtered and sorted. */
export interface List {
  records: (api: Api, args: Bag) => Promise<Bag[]>
  /** The property of the result that they are in. */
  as: string
}

/** A list whose things need nothing but the API's own answer. */
const listOf = (as: string, path: string, key: string, record: (thing: any) => Bag): List => ({
  as,
  records: async (api) => (await api.list(path, key)).map((thing: unknown) => record(thing)),
})

/** The functions that list, by name. */
export const lists: Readonly<Record<string, List>> = {
  getDroplets: listOf('droplets', '/v2/droplets', 'droplets', dropletRecord),
  getSshKeys: listOf('sshKeys', '/v2/account/keys', 'ssh_keys', keyRecord),
  getImages: listOf('images', '/v2/images', 'images', imageRecord),
  getRegions: listOf('regions', '/v2/regions', 'regions', regionRecord),
  getSizes: listOf('sizes', '/v2/sizes', 'sizes', (size) => ({
    slug: size.slug,
    available: size.available,
    transfer: size.transfer,
    priceMonthly: size.price_monthly,
    priceHourly: size.price_hourly,
    memory: size.memory,
    vcpus: size.vcpus,
    disk: size.disk,
    regions: size.regions,
    gpuInfos: [],
  })),
  getDomains: listOf('domains', '/v2/domains', 'domains', ({ name, ttl }) => ({
    name,
    ttl,
    urn: `do:domain:${name}`,
  })),
  getTags: listOf('tags', '/v2/tags', 'tags', tagProperties),
  getProjects: {
    as: 'projects',
    records: async (api) =>
      Promise.all((await api.list('/v2/projects', 'projects')).map((found) => projectRecord(api, found))),
  },
  getRecords: {
    as: 'records',
    async records(api, { domain }) {
      const zone = textOf(domain)
      const records = await api.list(`/v2/domains/${zone}/records`, 'domain_records')
      return records.map((found) => recordRecord(found, zone))
    },
  },
}
