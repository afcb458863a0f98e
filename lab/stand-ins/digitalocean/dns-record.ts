import type { Bag } from '../../../plugin/values.ts'
import { isNone } from '../differences.ts'
import { textOf } from '../text.ts'
import { isGone, type Api } from './api.ts'
import type { Behaviour } from './behaviour.ts'

const withHosts = ['CNAME', 'MX', 'NS', 'SRV', 'CAA']
const neededBy: Record<string, string[]> = {
  MX: ['priority'],
  SRV: ['priority', 'weight', 'port'],
  CAA: ['flags', 'tag'],
}

/** A record of a zone. Hosts end in a dot here and are kept without it there. */
export const dnsRecord = (api: Api): Behaviour => ({
  canonical(property, value, { domain }) {
    const zone = `${textOf(domain)}.`
    const text = String(value)
    if (property === 'name')
      return text === zone ? '@' : text.replace(new RegExp(`\\.${RegExp.escape(zone)}$`), '')
    return property === 'value' && text === zone ? '@' : value
  },
  check: (inputs) =>
    (neededBy[textOf(inputs['type'])] ?? [])
      .filter((property) => isNone(inputs[property]))
      .map((property) => ({
        property,
        reason: `\`${property}\` is required for when type is \`${textOf(inputs['type'])}\``,
      })),
  async create(inputs) {
    const { domain, type } = inputs
    const answer = await api.call('POST', recordsOf(domain), { type, ...bodyOf(inputs) })
    return String(answer.domain_record.id)
  },
  async read(id, known) {
    // Imported as `example.com,1234567`.
    const [zone, number] = id.includes(',') ? id.split(',') : [textOf(known['domain']), id]
    const answer = await api.find(`${recordsOf(zone)}/${number}`)
    if (!answer) return undefined
    return { id: String(number), ...recordProperties(answer.domain_record, String(zone)) }
  },
  async update(id, _olds, news) {
    await api.call('PUT', `${recordsOf(news['domain'])}/${id}`, bodyOf(news))
  },
  async delete(id, { domain }) {
    // The only resource of the official plugin that doesn't mind.
    await api.call('DELETE', `${recordsOf(domain)}/${id}`).catch((error: unknown) => {
      if (!isGone(error)) throw error
    })
  },
})

const recordsOf = (domain: unknown) => `/v2/domains/${textOf(domain)}/records`

function bodyOf({ name, value, ttl, priority, port, weight, flags, tag }: Bag) {
  const ttlSaid = isNone(ttl) ? {} : { ttl }
  return { name, data: value, priority, port, ...ttlSaid, weight, flags, ...(tag ? { tag } : {}) }
}

/** A record's properties, from what the API tells of it. */
export function recordProperties(found: any, zone: string) {
  const { type, name, data, ttl, priority, port, weight, flags, tag } = found
  const isHost = withHosts.includes(type) && data !== '@' && tag !== 'iodef'
  return {
    domain: zone,
    type,
    name,
    value: isHost ? `${data}.` : data,
    ttl,
    priority: priority ?? 0,
    port: port ?? 0,
    weight: weight ?? 0,
    flags: flags ?? 0,
    tag: tag ?? '',
    fqdn: fqdn(name, zone),
  }
}

function fqdn(name: string, zone: string): string {
  if (name === '@') return zone
  const lower = name.toLowerCase()
  return lower.endsWith(`${zone}.`) ? lower.replace(/\.$/, '') : `${name}.${zone}`
}
