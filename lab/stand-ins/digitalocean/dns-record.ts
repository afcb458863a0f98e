import type { Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'
import type { Api } from './api.ts'
import type { Behaviour } from './cloud-resource.ts'

const withHosts = ['CNAME', 'MX', 'NS', 'SRV', 'CAA']

/** A record of a zone. Hosts end in a dot here and are kept without it there. */
export const dnsRecord = (api: Api): Behaviour => ({
  canonical(property, value, { domain, type }) {
    if (property === 'name') return relative(String(value), String(domain))
    if (property === 'value' && withHosts.includes(String(type)))
      return fullHost(String(value), String(domain))
    return value
  },
  async create(inputs) {
    const { domain, type } = inputs
    const answer = await api.call('POST', `/v2/domains/${textOf(domain)}/records`, {
      type,
      ...bodyOf(inputs),
    })
    return String(answer.domain_record.id)
  },
  async read(id, olds) {
    // Imported as `example.com,1234567`.
    const [zone, number] = id.includes(',') ? id.split(',') : [String(olds['domain']), id]
    const answer = await api.find(`/v2/domains/${zone}/records/${number}`)
    if (!answer) return undefined
    const { type, name, data, ttl, priority, port, weight, flags, tag } = answer.domain_record
    return {
      id: String(number),
      domain: zone,
      type,
      name,
      value: withHosts.includes(type) && tag !== 'iodef' ? fullHost(data, String(zone)) : data,
      ttl,
      priority: priority ?? 0,
      port: port ?? 0,
      weight: weight ?? 0,
      flags: flags ?? 0,
      tag,
      fqdn: name === '@' ? zone : `${name}.${zone}`,
    }
  },
  async update(id, _olds, news) {
    await api.call('PUT', `/v2/domains/${textOf(news['domain'])}/records/${id}`, bodyOf(news))
  },
  delete: (id, { inputs }) => api.delete(`/v2/domains/${textOf(inputs['domain'])}/records/${id}`),
})

function bodyOf({ name = '@', value, ttl = 1800, priority = 0, port = 0, weight = 0, flags = 0, tag }: Bag) {
  return { name, data: value, priority, port, ttl, weight, flags, ...(tag ? { tag } : {}) }
}

function relative(name: string, zone: string): string {
  const bare = name.replace(/\.$/, '')
  if (bare === zone) return '@'
  return bare.endsWith(`.${zone}`) ? bare.slice(0, -zone.length - 1) : bare
}

function fullHost(host: string, zone: string): string {
  if (host === '@') return `${zone}.`
  return host.endsWith('.') || host.includes(':') || host === ';' ? host : `${host}.`
}
