import assert from 'node:assert/strict'
import type { Dots } from './dots.ts'
import { pages } from './pages.ts'
import { refused } from './refused.ts'

const zoneName = 'dots.example'

const records = (address: string) => [
  { type: 'A', name: 'www', data: address },
  { type: 'AAAA', name: 'www', data: '2001:db8::80' },
  { type: 'CNAME', name: 'app', data: `www.${zoneName}.` },
  { type: 'MX', name: '@', data: 'mail.example.com.', priority: 10 },
  { type: 'TXT', name: '@', data: 'v=spf1 mx -all' },
  { type: 'SRV', name: '_sip._tcp', data: 'sip.example.com.', priority: 1, port: 5060, weight: 2 },
  { type: 'CAA', name: '@', data: 'letsencrypt.org.', flags: 0, tag: 'issue' },
  { type: 'NS', name: 'lab', data: 'ns1.example.com.' },
]

/** A zone with a record of each type. */
export async function zone(dots: Dots, address: string): Promise<void> {
  const { domain: api } = dots
  const domain_name = zoneName
  await api.createDomain({ name: domain_name, ip_address: address })
  await refused(api.createDomain({ name: domain_name }), 422)
  for (const record of records(address)) {
    const { domain_record: made } = (await api.createDomainRecord({ domain_name, ttl: 300, ...record })).data
    const read = await api.getDomainRecord({ domain_name, domain_record_id: made.id })
    assert.deepEqual(read.data.domain_record, made)
    // Hosts come back without their last dot.
    assert.deepEqual(
      [made.type, made.name, made.data, made.ttl],
      [record.type, record.name, record.data.replace(/\.$/, ''), 300],
    )
  }
  const all = await pages('domain_records', (page) => api.listDomainRecords({ domain_name, ...page }))
  assert.deepEqual(
    all.map(({ type }) => type).toSorted(),
    ['SOA', 'NS', 'NS', 'NS', 'A', ...records(address).map(({ type }) => type)].toSorted(),
  )
  const named = await api.listDomainRecords({ domain_name, name: `www.${domain_name}`, type: 'A' })
  const [www] = named.data.domain_records
  assert.deepEqual([named.data.domain_records.length, www?.data], [1, address])
  const domain_record_id = www?.id ?? 0
  const changed = { domain_name, domain_record_id, type: 'A', name: 'web', data: '192.0.2.80' }
  await api.updateDomainRecord(changed)
  const { domain_record: seen } = (await api.getDomainRecord({ domain_name, domain_record_id })).data
  assert.deepEqual([seen.name, seen.data, seen.ttl], ['web', '192.0.2.80', 300])
  await refused(api.createDomainRecord({ domain_name, type: 'A', name: 'bad', data: 'example.com' }), 422)
  await api.deleteDomainRecord({ domain_name, domain_record_id })
  await refused(api.getDomainRecord({ domain_name, domain_record_id }), 404)
  assert.match((await api.getDomain({ name: domain_name })).data.domain.zone_file, /v=spf1 mx -all/)
  await api.deleteDomain({ name: domain_name })
  await refused(api.getDomain({ name: domain_name }), 404)
}
