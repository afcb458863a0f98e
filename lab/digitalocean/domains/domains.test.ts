import { expect, test } from 'vitest'
import { refusal, startApi } from '../testing.ts'
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
  expect(made.body.domain).toEqual({ name: 'example.com', ttl: 1800, zone_file: '' })
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
  ['example.test', 'Name is not a valid domain name'],
  ['example.invalid', 'Name is not a valid domain name'],
  ['10.20.30.40', 'Name is not a valid domain name'],
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
  [
    { type: 'MX', name: '@', data: 'mail.example.net.' },
    'Priority is not a number and Priority Priority must be an integer between 0 and 65535',
  ],
  [
    { type: 'SRV', name: '_sip._tcp', data: 'sip.example.net.', priority: 0, weight: 0 },
    'Port is not a number and Port Port must be an integer between 0 and 65535',
  ],
  [
    { type: 'SRV', name: '_sip._tcp', data: 'sip.example.net.', priority: 0, weight: 0, port: 65_536 },
    'Port Port must be an integer between 0 and 65535',
  ],
  [
    { type: 'CAA', name: '@', data: 'x.', flags: 256, tag: 'issue' },
    'Flags Flags must be an integer between 0 and 255',
  ],
  [{ type: 'CAA', name: '@', data: 'x', flags: 0, tag: 'issue' }, 'Data needs to end with a dot (.)'],
  [{ type: 'TXT', name: '*', data: 'x' }, 'Name is not a valid TXT record name'],
  [{ type: 'A', name: 'n'.repeat(64), data: '127.0.0.1' }, 'Name is not a valid A record name'],
  [{ type: 'SOA', name: '@', data: '1800' }, 'Type SOA is made with its domain'],
  [
    { type: 'CAA', name: '@', data: 'x.', flags: 0, tag: 'sue' },
    'Tag must be one of issue, issuewild, iodef',
  ],
  [{ type: 'TXT', name: 'x', data: '' }, "Data can't be blank"],
  [{ type: 'A', name: '', data: '127.0.0.1' }, "Name can't be blank"],
  [{ type: 'A', name: 'a b', data: '127.0.0.1' }, 'Name is not a valid A record name'],
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

test('records of one name and type have one TTL, the one that was set last', async () => {
  const { call, add } = await startWithZone()
  await add({ type: 'TXT', name: '@', data: 'one', ttl: 1800 })
  await add({ type: 'TXT', name: 'other', data: 'apart', ttl: 1800 })
  await add({ type: 'TXT', name: '@', data: 'two', ttl: 300 })
  const { domain_records } = (await call('GET', '/domains/example.com/records?type=TXT')).body
  expect(domain_records.map(({ data, ttl }: { data: string; ttl: number }) => [data, ttl])).toEqual([
    ['one', 300],
    ['apart', 1800],
    ['two', 300],
  ])
})

test('a host that a change does not name again is checked without its dot [doctl #919]', async () => {
  const { call, add } = await startWithZone()
  const { id } = (await add({ type: 'CNAME', name: 'www', data: 'example.net.' })).body.domain_record
  const path = `/domains/example.com/records/${id}`
  expect(refusal(await call('PUT', path, { ttl: 600 }))).toBe(
    '422 unprocessable_entity: Data needs to end with a dot (.)',
  )
  expect((await call('PUT', path, { ttl: 600, data: 'example.net.' })).body.domain_record).toMatchObject({
    ttl: 600,
    data: 'example.net',
  })
})

test('a TXT record is kept to the letter, quotes and all', async () => {
  const { add } = await startWithZone()
  for (const data of ['"v=spf1 -all"', 'two "words"', 'x'.repeat(2000)])
    expect((await add({ type: 'TXT', name: '@', data })).body.domain_record.data).toBe(data)
})

test('a zone keeps its SOA, whatever is asked of it', async () => {
  const { call, store } = await startWithZone()
  const path = `/domains/example.com/records/${store.state.domains[0]?.records[0]?.id}`
  expect((await call('DELETE', path)).status).toBe(422)
  expect((await call('PUT', path, { data: '60' })).status).toBe(422)
  expect((await call('GET', path)).body.domain_record).toMatchObject({ type: 'SOA', data: '1800' })
})

test('two clients at once on a record: the last change stands, one deletes, and none is lost', async () => {
  const { call, add } = await startWithZone()
  const { id } = (await add({ type: 'A', name: 'www', data: '198.51.100.3' })).body.domain_record
  const path = `/domains/example.com/records/${id}`
  const changes = ['198.51.100.4', '198.51.100.5'].map((data) => call('PUT', path, { name: 'www', data }))
  expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([200, 200])
  expect((await call('GET', path)).body.domain_record.data).toBe('198.51.100.5')
  const deleted = await Promise.all([call('DELETE', path), call('DELETE', path)])
  expect(deleted.map(({ status }) => status)).toEqual([204, 404])
  // The real API takes the same record twice: a retried POST makes a second one.
  const same = { type: 'A', name: 'www', data: '198.51.100.3' }
  const made = await Promise.all([add(same), add(same)])
  expect(made.map(({ status }) => status)).toEqual([201, 201])
  expect((await call('GET', '/domains/example.com/records?type=A')).body.meta.total).toBe(2)
})
