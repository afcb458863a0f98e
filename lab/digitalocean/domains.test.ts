import { expect, test } from 'vitest'
import { refusal, startApi } from './testing.ts'
import { zones } from './zone-file.ts'

async function startWithZone() {
  const started = await startApi()
  await started.call('POST', '/domains', { name: 'example.com' })
  const add = (record: object) =>
    started.call('POST', '/domains/example.com/records', { ttl: 300, ...record })
  return { ...started, add }
}

test('a domain is born with its SOA, three name servers, and an A record when it is given an address', async () => {
  const { call, store } = await startApi()
  const made = await call('POST', '/domains', { name: 'example.com', ip_address: '198.51.100.3' })
  expect(made.status).toBe(201)
  expect(made.body.domain).toEqual({ name: 'example.com', ttl: null, zone_file: null })
  const { records = [] } = zones(store)[0] ?? {}
  expect(records.map(({ type, name, data }) => [type, name, data])).toEqual([
    ['SOA', '@', '1800'],
    ['NS', '@', 'ns1.digitalocean.com'],
    ['NS', '@', 'ns2.digitalocean.com'],
    ['NS', '@', 'ns3.digitalocean.com'],
    ['A', '@', '198.51.100.3'],
  ])
  const { body } = await call('GET', '/domains/example.com')
  expect(body.domain.ttl).toBe(1800)
  expect(body.domain.zone_file).toContain('example.com. 3600 IN A 198.51.100.3\n')
  expect((await call('DELETE', '/domains/example.com')).status).toBe(204)
  expect((await call('GET', '/domains/example.com')).status).toBe(404)
  expect(zones(store)).toEqual([])
})

test.each([
  ['example', 'Name is not a valid domain name'],
  ['-x.example.com', 'Name is not a valid domain name'],
  ['', "Name can't be blank"],
  ['taken.example', "domain 'taken.example': name already exists"],
])('refuses the domain %j', async (name, message) => {
  const { call } = await startApi()
  await call('POST', '/domains', { name: 'taken.example' })
  expect(refusal(await call('POST', '/domains', { name }))).toBe(`422 unprocessable_entity: ${message}`)
})

const plain = { priority: null, port: null, weight: null, flags: null, tag: null }
test.each<[object, object]>([
  [
    { type: 'A', name: 'www', data: '198.51.100.3' },
    { ...plain, name: 'www', data: '198.51.100.3' },
  ],
  [
    { type: 'AAAA', name: 'app.example.com.', data: '2001:db8:5c::3', priority: 0, flags: 0 },
    { ...plain, name: 'app', data: '2001:db8:5c::3' },
  ],
  [
    { type: 'CNAME', name: 'blog', data: 'example.com.' },
    { ...plain, name: 'blog', data: '@' },
  ],
  [
    { type: 'MX', name: 'example.com', data: 'mail.example.net.', priority: 10 },
    { ...plain, name: '@', data: 'mail.example.net', priority: 10 },
  ],
  [
    { type: 'TXT', name: '_dmarc', data: 'v=DMARC1; p=reject' },
    { ...plain, name: '_dmarc', data: 'v=DMARC1; p=reject' },
  ],
  [
    { type: 'CAA', name: '@', data: 'letsencrypt.org.', flags: 0, tag: 'issue' },
    { ...plain, name: '@', data: 'letsencrypt.org', flags: 0, tag: 'issue' },
  ],
  [
    { type: 'CAA', name: '@', data: 'mailto:a@example.com', flags: 128, tag: 'iodef' },
    { ...plain, name: '@', data: 'mailto:a@example.com', flags: 128, tag: 'iodef' },
  ],
  [
    { type: 'SRV', name: '_sip._tcp', data: 'sip.example.com.', priority: 1, port: 5060, weight: 2 },
    { ...plain, name: '_sip._tcp', data: 'sip.example.com', priority: 1, port: 5060, weight: 2 },
  ],
])('keeps %j as the API does', async (asked, kept) => {
  const { call, add } = await startWithZone()
  const made = await add(asked)
  expect(made.status).toBe(201)
  expect(made.body.domain_record).toMatchObject({ ttl: 300, ...kept })
  const { id } = made.body.domain_record
  expect((await call('GET', `/domains/example.com/records/${id}`)).body).toEqual(made.body)
})

test.each<[object, string]>([
  [{ type: 'A', name: 'x', data: 'localhost' }, 'IP address did not match IPv4 format (e.g. 127.0.0.1).'],
  [
    { type: 'AAAA', name: 'x', data: '127.0.0.1' },
    'IP address did not match IPv6 format (e.g. 2001:db8::1).',
  ],
  [{ type: 'CNAME', name: 'x', data: 'example.net' }, 'Data needs to end with a dot (.)'],
  [
    { type: 'CNAME', name: '@', data: 'example.net.' },
    'CNAME records cannot share a name with other records',
  ],
  [{ type: 'MX', name: '@', data: 'mail.example.net.' }, "Priority can't be blank"],
  [
    { type: 'CAA', name: '@', data: 'x.', flags: 0, tag: 'sue' },
    'Tag must be one of issue, issuewild, iodef',
  ],
  [{ type: 'TXT', name: 'x', data: '' }, "Data can't be blank"],
  [{ type: 'A', name: '', data: '127.0.0.1' }, "Name can't be blank"],
  [{ type: 'A', name: 'a b', data: '127.0.0.1' }, 'Name is not a valid host name'],
  [{ type: 'A', name: 'x', data: '127.0.0.1', ttl: 5 }, 'Ttl must be greater than or equal to 30'],
  [{ type: 'PTR', name: 'x', data: 'y.' }, 'Type must be one of A, AAAA, CAA, CNAME, MX, NS, SOA, SRV, TXT'],
  [{ name: 'x', data: 'y.' }, "Type can't be blank"],
])('refuses the record %j', async (wrong, message) => {
  const { add } = await startWithZone()
  expect(refusal(await add(wrong))).toBe(`422 unprocessable_entity: ${message}`)
})

test('a record changes by PUT and by PATCH, is found by type and name, and is deleted', async () => {
  const { call, add } = await startWithZone()
  const { id } = (await add({ type: 'A', name: 'www', data: '198.51.100.3' })).body.domain_record
  const path = `/domains/example.com/records/${id}`
  expect((await call('PUT', path, { name: 'www', data: '198.51.100.4', ttl: 60, flags: 0 })).status).toBe(200)
  expect((await call('PATCH', path, { ttl: 90 })).status).toBe(200)
  const { body } = await call('GET', '/domains/example.com/records?type=A&name=www.example.com')
  expect(body.domain_records).toMatchObject([{ id, data: '198.51.100.4', ttl: 90 }])
  expect((await call('DELETE', path)).status).toBe(204)
  expect((await call('DELETE', path)).status).toBe(404)
})
