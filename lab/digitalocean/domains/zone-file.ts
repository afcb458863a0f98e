import type { Store } from '../state/store.ts'
import type { DnsRecord, Domain } from '../state/state.ts'

/** All zones the account has, for a DNS server: records as the API keeps them. */
export function zones(store: Store): { name: string; records: DnsRecord[] }[] {
  return store.state.domains.map(({ name, records }) => ({ name, records }))
}

/** The zone in the format of RFC 1035, as the API shows it beside a domain. */
export function zoneFile({ name: zone, records }: Domain): string {
  const lines = records.map((record) => {
    const owner = record.name === '@' ? `${zone}.` : `${record.name}.${zone}.`
    return `${owner} ${record.ttl} IN ${record.type} ${dataOf(record, zone)}`
  })
  return [`$ORIGIN ${zone}.`, '$TTL 1800', ...lines, ''].join('\n')
}

function dataOf({ type, data, priority, weight, port, flags, tag }: DnsRecord, zone: string): string {
  const host = data === '@' ? `${zone}.` : `${data}.`
  switch (type) {
    case 'SOA':
      return `ns1.digitalocean.com. hostmaster.${zone}. 1 10800 3600 604800 ${data}`
    case 'MX':
      return `${priority} ${host}`
    case 'SRV':
      return `${priority} ${weight} ${port} ${host}`
    case 'CAA':
      return `${flags} ${tag} ${JSON.stringify(data)}`
    case 'TXT':
      return JSON.stringify(data)
    case 'NS':
    case 'CNAME':
      return host
    default:
      return data
  }
}
