import type { Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import { saying } from './cloud-resource.ts'
import {
  dropletRecord,
  imageRecord,
  keyRecord,
  projectRecord,
  recordRecord,
  regionRecord,
} from './function-records.ts'
import { only } from './select.ts'
import { tagProperties } from './tag.ts'
import { vpcProperties } from './vpc.ts'

type LookUp = (api: Api, args: Bag) => Promise<Bag>

const getDroplet: LookUp = async (api, args) => {
  const { id, name, tag } = args
  if (id) return { ...args, ...dropletRecord((await api.call('GET', `/v2/droplets/${textOf(id)}`)).droplet) }
  if (!name && !tag) throw new Error('one of `id,name,tag` must be specified')
  const all = (await api.list('/v2/droplets', 'droplets')).map(dropletRecord)
  const found = name
    ? only('droplet', `name ${textOf(name)}`, all, (each) => each['name'] === name)
    : only('droplet', `tag ${textOf(tag)}`, all, ({ tags }) => (tags as unknown[]).includes(tag))
  return { ...args, ...found }
}

const getImage: LookUp = async (api, args) => {
  const { id, slug, name, source = 'user' } = args
  if (id || slug) {
    const words = id ? `image ID ${textOf(id)} not found` : 'image not found'
    const { image } = await saying(words, api.call('GET', `/v2/images/${textOf(id || slug)}`))
    return { ...args, ...imageRecord(image) }
  }
  if (!name) throw new Error('one of `id,name,slug` must be specified')
  const kinds: Record<string, string> = { user: 'private=true', distributions: 'type=distribution' }
  const query = kinds[textOf(source)] ?? (source === 'applications' ? 'type=application' : '')
  const all = (await api.list(`/v2/images${query && `?${query}`}`, 'images')).map(imageRecord)
  return { ...args, ...only('image', `name ${textOf(name)}`, all, (each) => each['name'] === name) }
}

const getProject: LookUp = async (api, { id, name }) => {
  if (!name) {
    const words = id ? `Unable to load project ID ${textOf(id)}` : 'Unable to load default project'
    const { project } = await saying(words, api.call('GET', `/v2/projects/${textOf(id ?? 'default')}`))
    return projectRecord(api, project)
  }
  const named = (await api.list('/v2/projects', 'projects')).filter((each) => each.name === name)
  if (named.length === 0) throw new Error(`No projects found with name '${textOf(name)}'`)
  if (named.length > 1) throw new Error(`Multiple projects found with name '${textOf(name)}'`)
  return projectRecord(api, named[0])
}

const getRecord: LookUp = async (api, { domain, name }) => {
  const zone = textOf(domain)
  const all = await api.list(`/v2/domains/${zone}/records`, 'domain_records')
  const found = all.find((each) => each.name === name)
  if (!found) throw new Error(`no records found with name ${textOf(name)}`)
  const { id, value: data, ...properties } = recordRecord(found, zone)
  return { ...properties, id: String(id), data }
}

const reservedIpWith =
  (urn: string, kind: string): LookUp =>
  async (api, { ipAddress }) => {
    const ip = textOf(ipAddress)
    const asked = api.call('GET', `/v2/reserved_ips/${ip}`)
    const { reserved_ip: found } = await saying('reserved IP not found', asked)
    const dropletId = found.droplet?.id ?? 0
    return { id: ip, ipAddress: ip, region: found.region.slug, dropletId, [urn]: `do:${kind}:${ip}` }
  }

/** The functions that look up one thing, by name. */
export const lookUps: Readonly<Record<string, LookUp>> = {
  getDroplet,
  getImage,
  getProject,
  getRecord,
  getReservedIp: reservedIpWith('urn', 'reservedip'),
  getFloatingIp: reservedIpWith('floatingIpUrn', 'floatingip'),
  async getSshKey(api, { name }) {
    const all = (await api.list('/v2/account/keys', 'ssh_keys')).map(keyRecord)
    return only('ssh key', `name ${textOf(name)}`, all, (each) => each['name'] === name)
  },
  async getRegion(api, { slug }) {
    const all = (await api.list('/v2/regions', 'regions')).map(regionRecord)
    const found = all.find((each) => each['slug'] === slug)
    if (!found) throw new Error(`Region does not exist: ${textOf(slug)}`)
    return { id: textOf(slug), ...found }
  },
  async getDomain(api, { name }) {
    const { domain } = await saying('domain not found', api.call('GET', `/v2/domains/${textOf(name)}`))
    const urn = `do:domain:${domain.name}`
    return { id: domain.name, name: domain.name, ttl: domain.ttl, zoneFile: domain.zone_file, domainUrn: urn }
  },
  async getTag(api, { name }) {
    const { tag } = await saying(
      'tag not found',
      api.call('GET', `/v2/tags/${encodeURIComponent(textOf(name))}`),
    )
    return { id: tag.name, ...tagProperties(tag) }
  },
  async getVpc(api, { id, name, region }) {
    if (id) {
      const { vpc } = await saying('Error retrieving VPC', api.call('GET', `/v2/vpcs/${textOf(id)}`))
      return vpcRecord(vpc)
    }
    const all = await api.list('/v2/vpcs', 'vpcs')
    const isMeant = (each: any) => (name ? each.name === name : each.default)
    const found = all.find((each) => isMeant(each) && (!region || each.region === region))
    if (!found)
      throw new Error(name ? `no VPCs found with name ${textOf(name)}` : 'unable to find default VPC')
    return vpcRecord(found)
  },
  async getAccount(api) {
    const { account } = await saying('Error retrieving account', api.call('GET', '/v2/account'))
    return {
      id: account.uuid,
      uuid: account.uuid,
      dropletLimit: account.droplet_limit,
      floatingIpLimit: account.floating_ip_limit,
      email: account.email,
      emailVerified: account.email_verified,
      status: account.status,
      statusMessage: account.status_message,
    }
  },
}

function vpcRecord(found: any): Bag {
  const { vpcUrn: urn, ...properties } = vpcProperties(found)
  return { id: found.id, urn, ...properties }
}
