import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Account } from './account.ts'
import { apiKey, testNamecheap } from './testing.ts'

let namecheap: Awaited<ReturnType<typeof testNamecheap>>
let nowMs = Date.parse('2026-11-23T12:00:00Z')

beforeEach(async () => {
  namecheap = await testNamecheap(['example.com', 'example.co.uk'], () => new Date(nowMs))
})
afterEach(() => namecheap.close())

const who = { ApiUser: 'lab', ApiKey: apiKey, UserName: 'lab', ClientIp: '127.0.0.1' }
const form = (parameters: Record<string, string>) => new URLSearchParams({ ...who, ...parameters })
const name = { SLD: 'example', TLD: 'com' }

async function post(command: string, parameters: Record<string, string> = {}): Promise<string> {
  const body = form({ Command: `namecheap.${command}`, ...parameters })
  const answer = await fetch(namecheap.url, { method: 'POST', body })
  expect(answer.status).toBe(200)
  return answer.text()
}

/** `OK`, or the error's number and text. */
const verdict = (xml: string): string =>
  /<Error Number="(\d+)">([^<]*)/.exec(xml)?.slice(1).join(' ') ?? /Status="(\w+)"/.exec(xml)?.[1] ?? xml
const said = async (...asked: Parameters<typeof post>) => verdict(await post(...asked))

test('answers in the frame of the real one, to GET and to a form', async () => {
  const wanted =
    '<?xml version="1.0" encoding="utf-8"?>\n' +
    '<ApiResponse Status="OK" xmlns="http://api.namecheap.com/xml.response"><Errors /><Warnings />' +
    '<RequestedCommand>namecheap.domains.dns.getlist</RequestedCommand>' +
    '<CommandResponse Type="namecheap.domains.dns.getList">' +
    '<DomainDNSGetListResult Domain="example.com" IsUsingOurDNS="true" IsPremiumDNS="false" IsUsingFreeDNS="false">' +
    '<Nameserver>dns1.registrar-servers.com</Nameserver><Nameserver>dns2.registrar-servers.com</Nameserver>' +
    '</DomainDNSGetListResult></CommandResponse><Server>LAB</Server>' +
    '<GMTTimeDifference>--5:00</GMTTimeDifference><ExecutionTime>0.000</ExecutionTime></ApiResponse>\n'
  expect(await post('domains.dns.getList', name)).toBe(wanted)
  const query = form({ command: 'NAMECHEAP.domains.DNS.getlist', sld: 'EXAMPLE', tld: 'com' })
  expect(await (await fetch(`${namecheap.url}?${query}`)).text()).toBe(wanted)
})

test('hands a domain to other nameservers and back', async () => {
  const xml = await post('domains.dns.setCustom', {
    ...name,
    NameServers: 'NS1.digitalocean.com,ns2.digitalocean.com.',
  })
  expect(xml).toContain('<DomainDNSSetCustomResult Domain="example.com" Updated="true" />')
  expect(namecheap.nameservers('example.com')).toEqual(['ns1.digitalocean.com', 'ns2.digitalocean.com'])
  expect(await post('domains.dns.getList', name)).toContain('IsUsingOurDNS="false"')
  expect(await post('domains.getInfo', { DomainName: 'example.com' })).toContain('ProviderType="CUSTOM"')
  expect(await post('domains.dns.setDefault', name)).toContain(
    '<DomainDNSSetDefaultResult Domain="example.com" Updated="true" />',
  )
  expect(namecheap.nameservers('example.com')).toBeUndefined()
})

const record = (number: number, host: string, address: string) => ({
  [`HostName${number}`]: host,
  [`RecordType${number}`]: 'A',
  [`Address${number}`]: address,
})

test('replaces all host records at once, and serves none while others answer for the domain', async () => {
  await post('domains.dns.setHosts', {
    ...name,
    ...record(1, '@', '192.0.2.1'),
    ...record(2, 'www', '192.0.2.1'),
  })
  expect(await said('domains.dns.setHosts', { ...name, ...record(1, 'app', '192.0.2.2') })).toBe('OK')
  expect((await post('domains.dns.getHosts', name)).match(/<host [^>]*>/g)).toEqual([
    '<host HostId="677629" Name="app" Type="A" Address="192.0.2.2" MXPref="10" TTL="1800" AssociatedAppTitle="" ' +
      'FriendlyName="" IsActive="true" IsDDNSEnabled="false" />',
  ])
  expect(await said('domains.dns.setHosts', { ...name, HostName1: '@', RecordType1: 'A' })).toBe(
    '2050900 Invalid Address',
  )
  await namecheap.lab('PUT', '/domains/example.com', { nameservers: ['ns1.example.net', 'ns2.example.net'] })
  const elsewhere = '2030288 Cannot complete this command as this domain is not using proper DNS servers'
  expect(await said('domains.dns.getHosts', name)).toBe(elsewhere)
  expect(await said('domains.dns.setHosts', { ...name, ...record(1, '@', '192.0.2.1') })).toBe(elsewhere)
})

test('lists what the account has, a page at a time', async () => {
  await namecheap.lab('PUT', '/domains/foreign.com', { user: 'somebody-else' })
  const xml = await post('domains.getList', { PageSize: '1', Page: '2' })
  expect(xml).toContain(
    '<DomainGetListResult><Domain ID="677625" Name="example.com" User="lab" Created="11/23/2026" ' +
      'Expires="11/23/2027" IsExpired="false" IsLocked="false" AutoRenew="true" WhoisGuard="ENABLED" ' +
      'IsPremium="false" IsOurDNS="true" /></DomainGetListResult><Paging><TotalItems>2</TotalItems>' +
      '<CurrentPage>2</CurrentPage><PageSize>1</PageSize></Paging>',
  )
})

test.each([
  [{ ApiUser: '' }, '1010101 Parameter APIUser is missing'],
  [{ ApiKey: '' }, '1010102 Parameter APIKey is missing'],
  [{ UserName: '' }, '1010103 Parameter UserName is missing'],
  [{ ClientIp: '' }, '1010105 Parameter ClientIP is missing'],
  [{ ClientIp: '::1' }, '1011105 Parameter ClientIP is invalid'],
  [{ ApiKey: 'guessed' }, '1011102 API Key is invalid or API access has not been enabled'],
  [{ ClientIp: '203.0.113.9' }, '1011150 Invalid request IP: 203.0.113.9'],
  [{ UserName: 'other' }, '1019103 Parameter UserName is not available'],
  [{ Command: '' }, '1010104 Parameter Command is missing'],
])('refuses %j before it looks at the command', async (parameters, refusal) => {
  expect(await said('domains.dns.getList', { ...name, ...parameters })).toBe(refusal)
})

test.each([
  ['domains.dns.getList', 'unknown.com', '2019166 Domain name not found'],
  [
    'domains.dns.setCustom',
    'unknown.com',
    "2019166 The domain (unknown.com) doesn't seem to be associated with your account.",
  ],
  ['domains.dns.getList', 'foreign.com', '2016166 Domain is not associated with your account'],
  ['domains.dns.setDefault', 'locked.com', '2030166 Edit permission for domain is not supported'],
  ['domains.getInfo', 'foreign.com', '2030166 Domain is invalid'],
])('%s of %s: %s', async (command, domain, refusal) => {
  await namecheap.lab('PUT', '/domains/foreign.com', { user: 'somebody-else' })
  await namecheap.lab('PUT', '/domains/locked.com', { editable: false })
  const [SLD = '', TLD = ''] = domain.split('.')
  expect(await said(command, { SLD, TLD, DomainName: domain, Nameservers: 'ns1.a.com,ns2.a.com' })).toBe(
    refusal,
  )
})

test.each(['ns1.a.com', 'ns1.a.com,not a name', `${'ns1.a.com,'.repeat(12)}ns2.a.com`])(
  'refuses %j as nameservers',
  async (Nameservers) => {
    expect(await said('domains.dns.setCustom', { ...name, Nameservers })).toBe(
      '3011288 Invalid nameserver specified',
    )
    expect(namecheap.nameservers('example.com')).toBeUndefined()
  },
)

test('with API access switched off the right key is refused like a wrong one', async () => {
  await namecheap.lab('PATCH', '/account', { apiEnabled: false })
  expect(await said('domains.getList')).toBe('1011102 API Key is invalid or API access has not been enabled')
})

test('answers 405 and no XML to the twenty-first request of a minute', async () => {
  for (let count = 0; count < 20; count++) await post('domains.getTldList')
  const body = form({ Command: 'namecheap.domains.getTldList' })
  const refused = await fetch(namecheap.url, { method: 'POST', body })
  expect([refused.status, (await refused.text()).startsWith('<html>')]).toEqual([405, true])
  nowMs += 60_000
  expect(await said('domains.getTldList')).toBe('OK')
})

test('never logs a key', async () => {
  await post('domains.dns.getList', name)
  expect(namecheap.logged).toEqual([
    {
      at: new Date(nowMs).toISOString(),
      namecheap: 'namecheap.domains.dns.getList',
      domain: 'example.com',
      answer: 'OK',
    },
  ])
})

test('its own routes take what they know, and answer no page of another site', async () => {
  const inject = (headers: object, payload: string) =>
    namecheap.api.inject({
      method: 'PATCH',
      url: '/_lab/account',
      headers: { host: 'localhost', ...headers },
      payload,
    })
  expect((await inject({}, '{"clientIps":["nowhere"]}')).statusCode).toBe(422)
  expect((await inject({ host: 'attacker.example' }, '{"apiEnabled":false}')).statusCode).toBe(403)
  expect(namecheap.account.state.apiEnabled).toBe(true)
})

test('an account outlives its process, and one that was cut short says so', async () => {
  const file = join(tmpdir(), `shoestring-namecheap-${process.pid}.json`)
  const account = await Account.open(file, ['example.com'])
  await account.change((draft) => void (draft.apiEnabled = false))
  expect((await Account.open(file, [])).state).toEqual(account.state)
  await writeFile(file, '{"version": 1, "doma')
  await expect(Account.open(file, [])).rejects.toThrow(/is not JSON\. Restore it, or delete it/)
  await rm(file)
})
