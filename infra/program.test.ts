import * as pulumi from '@pulumi/pulumi'
import { getMonitor } from '@pulumi/pulumi/runtime/settings.js'
import { beforeAll, expect, test } from 'vitest'
import { mailRecords } from './mail-dns.ts'
import { firewallRules } from './server.ts'

interface Registered {
  type: string
  name: string
  inputs: Record<string, unknown>
}

const registered: Registered[] = []
const taken = (_hook: unknown, done: (error: null, answer: object) => void) => done(null, {})

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs: inputs as Record<string, unknown> })
      const computed = { ipAddress: '198.51.100.5', ipv6Address: '2001:db8::5', stdout: 'ssh-ed25519 AAAA\n' }
      return { id: '42', state: { ...inputs, ...computed } }
    },
    call: () => ({ sshKeys: [] }),
  })
  // Pulumi's mocks say that they take hooks, and don't.
  Object.assign(getMonitor() ?? {}, { registerResourceHook: taken, registerErrorHook: taken })
  const { program } = await import('./program.ts')
  await program({
    stack: 'staging',
    domain: 'example.com',
    region: 'fra1',
    size: 's-1vcpu-512mb-10gb',
    operators: [{ name: 'jsmith', keys: ['ssh-ed25519 AAAA jsmith'] }],
    sshFrom: ['192.0.2.0/24'],
    rebootTime: '04:00',
    sshKeyFile: undefined,
    acme: { email: 'ops@example.com' },
    mail: undefined,
    namecheap: { onDelete: 'restore' },
    wireguard: { peers: [{ name: 'ada', publicKey: 'YWRh', address: '10.77.0.2' }] },
    smtp: { server: 'smtps://accounts@smtp.example.com:465' },
    smtpPassword: 'a b/c',
    product: 'Example',
    signUps: false,
    httpsPort: 443,
    alerts: ['ops@example.com'],
    ttlSeconds: 300,
    protect: false,
  })
  await pulumi.runtime.disconnect()
})

const ofType = (type: string): Registered[] => registered.filter((resource) => resource.type === type)

test('makes one Debian droplet with the operators’ keys and IPv6', () => {
  expect(ofType('digitalocean:index/droplet:Droplet').map(({ inputs }) => inputs)).toEqual([
    expect.objectContaining({ image: 'debian-13-x64', region: 'fra1', ipv6: true, sshKeys: ['42'] }),
  ])
})

test('leads the bare domain, the site and the app to both addresses', () => {
  const records = ofType('digitalocean:index/dnsRecord:DnsRecord').map(
    ({ inputs: { name, type, value } }) => `${String(name)} ${String(type)} ${String(value)}`,
  )
  expect(records.toSorted()).toEqual([
    '@ A 198.51.100.5',
    '@ AAAA 2001:db8::5',
    '@ CAA letsencrypt.org.',
    '@ CAA letsencrypt.org.',
    'admin A 198.51.100.5',
    'admin AAAA 2001:db8::5',
    'app A 198.51.100.5',
    'app AAAA 2001:db8::5',
    'www A 198.51.100.5',
    'www AAAA 2001:db8::5',
  ])
})

test('the host is known by the key that first contact saw', () => {
  expect(ofType('shoestring:index:Host')[0]?.inputs).toMatchObject({
    address: '198.51.100.5',
    hostKey: 'ssh-ed25519 AAAA',
    allow: ['22/tcp', '80/tcp', '443/tcp', '443/udp', '51820/udp'],
    wireguard: { address: '10.77.0.1/24', port: 51_820, peers: [{ address: '10.77.0.2' }] },
  })
})

test('a domain at Namecheap is handed to DigitalOcean, and says how it is given back', () => {
  expect(ofType('shoestring:index:Nameservers').map(({ inputs }) => inputs)).toEqual([
    expect.objectContaining({
      domain: 'example.com',
      nameservers: ['ns1.digitalocean.com', 'ns2.digitalocean.com', 'ns3.digitalocean.com'],
      onDelete: 'restore',
    }),
  ])
})

test('a domain is handed over when its zone is complete, and the host asks for certificates after that', () => {
  const order = registered.map(({ type }) => type)
  const handover = order.indexOf('shoestring:index:Nameservers')
  expect(handover).toBeGreaterThan(order.lastIndexOf('digitalocean:index/dnsRecord:DnsRecord'))
  expect(order.indexOf('shoestring:index:Host')).toBeGreaterThan(handover)
})

test('watches the server and both sites, and writes to whom the settings say', () => {
  const to = { emails: ['ops@example.com'] }
  expect(
    ofType('digitalocean:index/monitorAlert:MonitorAlert').map(({ inputs }) => [
      inputs['type'],
      inputs['value'],
      inputs['entities'],
      inputs['alerts'],
    ]),
  ).toEqual([
    ['v1/insights/droplet/cpu', 90, ['42'], to],
    ['v1/insights/droplet/memory_utilization_percent', 92, ['42'], to],
    ['v1/insights/droplet/disk_utilization_percent', 80, ['42'], to],
  ])
  expect(
    ofType('digitalocean:index/uptimeCheck:UptimeCheck').map(({ name, inputs }) => [name, inputs['target']]),
  ).toEqual([
    ['monitoring-www', 'https://www.example.com'],
    ['monitoring-app', 'https://app.example.com'],
  ])
  const told = ofType('digitalocean:index/uptimeAlert:UptimeAlert')
  expect(told.map(({ name }) => name).toSorted()).toEqual([
    'monitoring-app-certificate',
    'monitoring-app-down',
    'monitoring-www-certificate',
    'monitoring-www-down',
  ])
  expect(told.map(({ inputs }) => inputs['notifications'])).toEqual([[to], [to], [to], [to]])
})

test('lets ssh in only from where the settings say, and the web from everywhere', () => {
  const rules = firewallRules(['192.0.2.0/24']).inboundRules as {
    portRange?: string
    sourceAddresses: string[]
  }[]
  expect(
    rules.filter(({ portRange }) => portRange === '22').map(({ sourceAddresses }) => sourceAddresses),
  ).toEqual([['192.0.2.0/24']])
  expect(rules.filter(({ sourceAddresses }) => sourceAddresses.includes('::/0'))).toHaveLength(4)
})

test('lets a tunnel in through the cloud only where there is one', () => {
  const [without, beside] = [firewallRules([]), firewallRules([], 51_820)].map(({ inboundRules }) =>
    JSON.stringify(inboundRules),
  )
  expect(without).not.toContain('51820')
  expect(beside).toContain('{"protocol":"udp","portRange":"51820","sourceAddresses":["0.0.0.0/0","::/0"]}')
})

test('mail records end the names of hosts outside the zone', () => {
  expect(
    mailRecords({
      mx: [{ host: 'mx.zoho.eu', priority: 10 }],
      spf: 'v=spf1 include:zoho.eu -all',
      dkim: { zmail: 'v=DKIM1; k=rsa; p=MIG' },
      dmarc: 'v=DMARC1; p=quarantine',
    }).map(({ name, type, value }) => `${name} ${type} ${value}`),
  ).toEqual([
    '@ MX mx.zoho.eu.',
    '@ TXT v=spf1 include:zoho.eu -all',
    'zmail._domainkey TXT v=DKIM1; k=rsa; p=MIG',
    '_dmarc TXT v=DMARC1; p=quarantine',
  ])
})
