import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPaperStack, type PaperStack } from '../paper-stack.ts'

// What the engine asks of a plugin beside creating and changing: importing, getting, looking up, options of resources.
const program = `
import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'
const config = new pulumi.Config()
const provider = new digitalocean.Provider('lab', {
  token: config.requireSecret('token'),
  apiEndpoint: process.env.DIGITALOCEAN_API_URL,
  httpRetryMax: config.getNumber('retries') ?? 2,
  httpRetryWaitMin: 0.05,
  requestsPerSecond: 100,
})
const ids = config.getObject('ids') ?? {}
const made = {}
const make = (type, name, args, opts = {}, key = name) => {
  const existing = ids[\`\${type} \${key}\`]
  return (made[\`\${type} \${key}\`] = new digitalocean[type](name, args, {
    provider,
    ...(existing ? { import: existing } : {}),
    ...opts,
  }))
}
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 operator'
make('SshKey', 'operator', { publicKey })
const tag = make('Tag', 'blue', {})
const vpc = make('Vpc', 'inside', { region: 'fra1', ipRange: '10.20.0.0/24' })
const droplet = make('Droplet', 'web', {
  image: 'debian-13-x64', region: 'fra1', size: 's-1vcpu-512mb-10gb',
  ipv6: config.getBoolean('ipv6') ?? false, monitoring: true, tags: [tag.name], vpcUuid: vpc.id,
})
const dropletId = droplet.id.apply(Number)
const anywhere = ['0.0.0.0/0', '::/0']
make('Firewall', 'web', {
  tags: [tag.name],
  inboundRules: [{ protocol: 'tcp', portRange: '22', sourceAddresses: anywhere }, { protocol: 'icmp', sourceTags: [tag.name] }],
  outboundRules: [{ protocol: 'udp', portRange: 'all', destinationAddresses: anywhere }],
})
// Imported, it knows where it leads; without this the program would have said that it leads nowhere.
const address = make('ReservedIp', 'web', { region: 'fra1' }, { ignoreChanges: ['dropletId'] })
make('ReservedIpAssignment', 'web', { ipAddress: address.ipAddress, dropletId })
const zone = make('Domain', 'zone', { name: 'example.com' }, { deleteBeforeReplace: true })
const alias = config.get('renamed') ? { aliases: [{ name: 'www' }] } : {}
const record = make('DnsRecord', config.get('renamed') || 'www', {
  domain: zone.name, type: 'A', name: 'www', value: address.ipAddress, ttl: config.getNumber('ttl') ?? 300,
}, {
  ...alias,
  ...(config.get('option') === 'ignore' ? { ignoreChanges: ['ttl'] } : {}),
  ...(config.get('option') === 'replace' ? { replaceOnChanges: ['ttl'] } : {}),
}, 'www')
const value = config.getBoolean('ipv6') ? droplet.ipv6Address : '2001:db8::1'
make('DnsRecord', 'v6', { domain: zone.name, type: 'AAAA', name: 'www', value })
const project = make('Project', 'shop', { environment: 'Production', purpose: 'shop' })
// Not in the project's own list, where the droplet's address would be a difference for ever.
new digitalocean.ProjectResources('shop', { project: project.id, resources: [droplet.dropletUrn, zone.domainUrn] }, { provider })
const email = { emails: ['ops@example.com'] }
make('MonitorAlert', 'cpu', {
  type: 'v1/insights/droplet/cpu', compare: 'GreaterThan', value: 90, window: '10m', description: 'busy',
  entities: [droplet.id], alerts: email,
})
const check = make('UptimeCheck', 'www', { target: 'https://www.example.com', regions: ['eu_west'] })
make('UptimeAlert', 'down', { checkId: check.id, type: 'down', period: '2m', notifications: [email] })

const opts = { provider }
const again = digitalocean.Droplet.get('again', droplet.id, undefined, opts)
const recordAgain = digitalocean.DnsRecord.get('again', record.id, { domain: zone.name }, opts)
const filters = [{ key: 'name', values: [droplet.name] }]
const { droplets } = digitalocean.getDropletsOutput({ filters }, { provider, dependsOn: [droplet] })
if (config.get('extra') === 'volume') make('Volume', 'v', { region: 'fra1', size: 1 })
if (config.get('extra') === 'lookUp') await digitalocean.getLoadBalancer({ name: 'lb' }, { provider })
if (config.get('extra') === 'second') make('Domain', 'second', { name: 'example.com' })
export const byGet = [again.name, recordAgain.fqdn]
export const byList = droplets.apply((found) => found.map(({ name }) => name))
export const name = droplet.name
export const all = Object.fromEntries(Object.entries(made).map(([key, { id }]) => [key, id]))
`

let stack: PaperStack
const pulumi = (...args: string[]) => stack.pulumi(...args)
/** Runs with these settings, which stay; so that no run of its own has to set them. */
const withSettings = (
  verb: 'preview' | 'up',
  settings: Record<string, string | number | boolean>,
  ...args: string[]
) =>
  pulumi(
    verb,
    ...Object.entries(settings).flatMap(([key, value]) => ['--config', `${key}=${value}`]),
    ...args,
  )
const preview = (settings = {}, ...args: string[]) => withSettings('preview', settings, ...args)
const up = (settings = {}) => withSettings('up', settings, '--yes', '--skip-preview')
const nothingToDo = /Resources:\n {4}\d+ unchanged\n/
const outputs = async () => JSON.parse(await pulumi('stack', 'output', '--json')) as Record<string, any>

beforeAll(async () => {
  stack = await openPaperStack(program)
  await pulumi('config', 'set', '--secret', 'token', 'secret-token')
})
afterAll(() => stack?.remove())

test('previews what is not known yet, makes all of it, and then finds nothing to do', async () => {
  expect(await preview({}, '--diff')).toMatch(/ipAddress: \[unknown\]|ipAddress\s*: \[unknown\]/)
  await up()
  const { name, byGet, byList } = await outputs()
  expect(name).toMatch(/^web-[0-9a-f]{7}$/)
  expect(byGet).toEqual([name, 'www.example.com'])
  expect(byList).toEqual([name])
  await preview({}, '--refresh', '--expect-no-changes')
  expect(await pulumi('stack', 'export')).not.toContain('secret-token')
})

test('a changed setting of the provider changes the provider alone', async () => {
  expect(await preview({ retries: 3 })).toMatch(/Resources:\n\s+~ 1 to update\n/)
})

test('a new logical name with an alias, an ignored change: nothing to do', async () => {
  expect(await preview({ retries: 2, renamed: 'site' })).toMatch(nothingToDo)
  expect(await preview({ renamed: '', ttl: 600, option: 'ignore' })).toMatch(nothingToDo)
})

test('a change that is to replace, and one that makes an address unknown', async () => {
  expect(await preview({ option: 'replace' })).toMatch(/DnsRecord\s+www\s+replace\s+\[diff: ~ttl\]/)
  const changed = await preview({ option: '', ttl: 300, ipv6: true }, '--diff')
  expect(changed).toMatch(/~ ipv6\s*: false => true/)
  expect(changed).toMatch(/~ value: "2001:db8::1" => \[unknown\]/)
})

test('what is there already is imported by every resource, and the program has nothing to add', async () => {
  const { all } = await outputs()
  const [[zone]] = [Object.values(all).filter((id) => id === 'example.com')]
  const ids = Object.fromEntries(
    Object.entries(all as Record<string, string>).map(([key, id]) => {
      if (key.startsWith('DnsRecord ')) return [key, `${String(zone)},${id}`]
      if (key.startsWith('UptimeAlert ')) return [key, `${all['UptimeCheck www']},${id}`]
      if (key.startsWith('ReservedIpAssignment '))
        return [key, `${all['ReservedIp web']},${all['Droplet web']}`]
      return [key, id]
    }),
  )
  const before = JSON.stringify(stack.store.state.droplets)
  await pulumi('stack', 'rm', '--yes', '--force', '--preserve-config')
  await pulumi('stack', 'init', 'test')
  await pulumi('config', 'set', '--secret', 'token', 'secret-token')
  expect(await up({ ipv6: false, ids: JSON.stringify(ids) })).toMatch(
    new RegExp(`= ${Object.keys(ids).length} imported`),
  )
  await preview({ ids: '{}' }, '--expect-no-changes')
  expect(JSON.stringify(stack.store.state.droplets)).toBe(before)
})

test('what the stand-in lacks is named, with the way out', async () => {
  await expect(preview({ extra: 'volume' })).rejects.toThrow(
    /digitalocean:index\/volume:Volume is not in the lab's stand-in for the digitalocean plugin\s+why /,
  )
  await expect(preview({ extra: 'lookUp' })).rejects.toThrow(
    /digitalocean:index\/getLoadBalancer:getLoadBalancer is not in the lab's stand-in/,
  )
})

// pulumi-digitalocean #166
test('a domain that is there already is refused, and destroying leaves nothing', async () => {
  await expect(up({ extra: 'second' })).rejects.toThrow(
    /Error creating Domain: POST .* domain 'example\.com': name already exists/,
  )
  await pulumi('destroy', '--config', 'extra=', '--yes', '--skip-preview', '--refresh')
  expect(stack.store.state).toMatchObject({
    keys: [],
    droplets: [],
    firewalls: [],
    domains: [],
    reservedIps: [],
  })
})
