import { isIPv4, isIPv6 } from 'node:net'
import { integer, text, type Body } from '../wire/body.ts'
import { unprocessable } from '../wire/errors.ts'
import type { DnsRecord, Domain } from '../state/state.ts'

const types = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'SOA', 'SRV', 'TXT']
const ownerName = /^(@|(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_-]*)(\.[A-Za-z0-9_][A-Za-z0-9_-]*)*|\*)$/
// The API's own limits.
const leastTtl = 30
const mostTtl = 2 ** 31 - 1
const longestLabel = 63
const longestText = 16_384
/** Who may issue certificates, where nobody may. */
const nobody = ';'

/** The record a request describes, in the form the API keeps; `known` is the one it changes. */
export function recordIn(domain: Domain, body: Body, known?: DnsRecord): Omit<DnsRecord, 'id'> {
  const type = known?.type ?? text(body, 'type')?.toUpperCase()
  if (!type) throw unprocessable("Type can't be blank")
  if (!types.includes(type)) throw unprocessable(`Type must be one of ${types.join(', ')}`)
  const ttl = integer(body, 'ttl') ?? known?.ttl ?? 1800
  if (ttl < leastTtl) throw unprocessable(`Ttl must be greater than or equal to ${leastTtl}`)
  if (ttl > mostTtl) throw unprocessable(`Ttl must be less than or equal to ${mostTtl}`)
  const number = (field: 'priority' | 'port' | 'weight' | 'flags', most: number) => {
    const value = integer(body, field) ?? known?.[field] ?? undefined
    const [name, range] = [capital(field), `${capital(field)} must be an integer between 0 and ${most}`]
    // In these very words: https://github.com/digitalocean/godo/pull/360
    if (value === undefined) throw unprocessable(`${name} is not a number and ${name} ${range}`)
    if (value < 0 || value > most) throw unprocessable(`${name} ${range}`)
    return value
  }
  const tag = type === 'CAA' ? caaTag(text(body, 'tag') ?? known?.tag ?? undefined) : null
  const record = {
    type,
    name: relativeName(type, text(body, 'name') ?? known?.name, domain.name),
    data: storedData(type, tag, text(body, 'data'), domain.name, known),
    priority: type === 'MX' || type === 'SRV' ? number('priority', 65_535) : null,
    port: type === 'SRV' ? number('port', 65_535) : null,
    ttl,
    weight: type === 'SRV' ? number('weight', 65_535) : null,
    flags: type === 'CAA' ? number('flags', 255) : null,
    tag,
  }
  refuseBesideCname(domain, record, known)
  return record
}

/** Owners are kept relative to the zone, which itself is `@`. */
function relativeName(type: string, name: string | undefined, zone: string): string {
  if (!name) throw unprocessable("Name can't be blank")
  const bare = name.replace(/\.$/, '')
  const relative = bare === zone ? '@' : bare.endsWith(`.${zone}`) ? bare.slice(0, -zone.length - 1) : bare
  const tooLong =
    relative.length + zone.length > 252 || relative.split('.').some(({ length }) => length > longestLabel)
  // https://github.com/kubernetes-sigs/external-dns/issues/1316
  const stray = type === 'TXT' && relative.startsWith('*')
  if (!ownerName.test(relative) || tooLong || stray)
    throw unprocessable(`Name is not a valid ${type} record name`)
  return relative
}

function storedData(
  type: string,
  tag: string | null,
  data: string | undefined,
  zone: string,
  known?: DnsRecord,
): string {
  if (!data) {
    if (!known) throw unprocessable("Data can't be blank")
    // What is kept has no dot, and is checked again: https://github.com/digitalocean/doctl/issues/919
    return isHost(type, tag) && known.data !== nobody ? storedHost(known.data, zone) : known.data
  }
  switch (type) {
    case 'A':
      if (isIPv4(data)) return data
      throw unprocessable('IP address did not match IPv4 format (e.g. 127.0.0.1).')
    case 'AAAA':
      if (isIPv6(data)) return data
      throw unprocessable('IP address did not match IPv6 format (e.g. 2001:db8::1).')
    case 'TXT':
      if (data.length <= longestText) return data
      throw unprocessable(`Data is too long (maximum is ${longestText} characters)`)
    default:
      return isHost(type, tag) && data !== nobody ? storedHost(data, zone) : data
  }
}

/** Whether a record's data is a host's name; a CAA record may report to a mail address. */
const isHost = (type: string, tag: string | null) =>
  ['CNAME', 'MX', 'NS', 'SRV'].includes(type) || (type === 'CAA' && tag !== 'iodef')

/** Hosts come in with a trailing dot and are kept without it; the zone itself is `@`. */
function storedHost(data: string, zone: string): string {
  if (data === '@' || data === `${zone}.`) return '@'
  if (!data.endsWith('.')) throw unprocessable('Data needs to end with a dot (.)')
  const host = data.slice(0, -1)
  if (host && !ownerName.test(host)) throw unprocessable('Data is not a valid host name')
  return host
}

function caaTag(tag: string | undefined): string {
  if (tag === 'issue' || tag === 'issuewild' || tag === 'iodef') return tag
  throw unprocessable('Tag must be one of issue, issuewild, iodef')
}

function refuseBesideCname(domain: Domain, record: Omit<DnsRecord, 'id'>, known?: DnsRecord): void {
  const sharing = domain.records.filter(({ id, name }) => name === record.name && id !== known?.id)
  if (sharing.length > 0 && (record.type === 'CNAME' || sharing.some(({ type }) => type === 'CNAME')))
    throw unprocessable('CNAME records cannot share a name with other records')
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
