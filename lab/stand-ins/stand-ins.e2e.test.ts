import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPaperStack, type PaperStack } from '../paper-stack.ts'

// The real engine and the real SDK, our plugins, and the lab's API with droplets on paper.
const program = `
import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'
const config = new pulumi.Config()
const size = config.get('size') ?? 's-1vcpu-512mb-10gb'
const image = 'debian-13-x64'
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 operator'
const key = new digitalocean.SshKey('operator', { publicKey })
const tag = new digitalocean.Tag('blue', { name: 'blue' })
const droplet = new digitalocean.Droplet('web', {
  image, size, region: 'fra1', sshKeys: [key.fingerprint], ipv6: true, tags: [tag.name],
  userData: config.requireSecret('userData'),
})
const dropletId = droplet.id.apply(Number)
const anywhere = ['0.0.0.0/0', '::/0']
new digitalocean.Firewall('web', {
  dropletIds: [dropletId],
  inboundRules: [
    { protocol: 'tcp', portRange: '22', sourceAddresses: [config.get('operators') ?? '192.0.2.0/24'] },
    { protocol: 'icmp', sourceAddresses: anywhere },
  ],
  outboundRules: ['tcp', 'udp'].map((protocol) => ({ protocol, portRange: 'all', destinationAddresses: anywhere })),
})
const reserved = new digitalocean.ReservedIp('web', { region: 'fra1' })
new digitalocean.ReservedIpAssignment('web', { ipAddress: reserved.ipAddress, dropletId })
const zone = new digitalocean.Domain('zone', { name: 'example.com' }, { deleteBeforeReplace: true })
const record = (name, args) => new digitalocean.DnsRecord(name, { domain: zone.name, ...args })
record('a', { type: 'A', name: '@', value: reserved.ipAddress })
record('www', { type: 'CNAME', name: 'www', value: 'example.com.', ttl: 300 })
record('mx', { type: 'MX', name: '@', value: 'mail.example.net.', priority: 10 })
record('caa', { type: 'CAA', name: '@', value: 'letsencrypt.org.', flags: 0, tag: 'issue' })
export const address = reserved.ipAddress
export const userData = droplet.userData
`

let stack: PaperStack
const pulumi = (...args: string[]) => stack.pulumi(...args)
const state = () => stack.store.state

beforeAll(async () => {
  stack = await openPaperStack(program)
  await pulumi('config', 'set', '--secret', 'userData', '#cloud-config hunter2')
})
afterAll(() => stack?.remove())

const nothingToDo = () => pulumi('preview', '--refresh', '--expect-no-changes')
const up = () => pulumi('up', '--yes', '--skip-preview')
const oneDroplet = () => {
  expect(state().droplets).toHaveLength(1)
  return state().droplets[0]
}

test('makes the stack, then finds nothing to do', async () => {
  await up()
  expect(oneDroplet()).toMatchObject({
    name: expect.stringMatching(/^web-[0-9a-f]{7}$/),
    status: 'active',
    tags: ['blue'],
    userData: '#cloud-config hunter2',
    sshKeys: [expect.stringMatching(/^ssh-ed25519 /)],
  })
  expect(state().reservedIps).toMatchObject([{ dropletId: oneDroplet()?.id }])
  expect(
    state()
      .domains[0]?.records.slice(4)
      .map(({ type, name, data }) => [type, name, data])
      .toSorted(),
  ).toEqual([
    ['A', '@', state().reservedIps[0]?.ip],
    ['CAA', '@', 'letsencrypt.org'],
    ['CNAME', 'www', '@'],
    ['MX', '@', 'mail.example.net'],
  ])
  await pulumi('preview', '--expect-no-changes')
  await pulumi('refresh', '--yes', '--skip-preview', '--expect-no-changes')
  await pulumi('up', '--yes', '--skip-preview', '--expect-no-changes')
})

test('what is secret stays so in the state and on the screen', async () => {
  expect(await pulumi('stack', 'export')).not.toContain('hunter2')
  expect(await pulumi('stack', 'output')).toMatch(/userData +\[secret\]/)
})

test('a changed rule is an update of the firewall alone', async () => {
  await pulumi('config', 'set', 'operators', '198.51.100.0/24')
  const preview = await pulumi('preview', '--diff')
  expect(preview).toMatch(/~ digitalocean:index\/firewall:Firewall: \(update\)/)
  expect(preview).toMatch(/Resources:\n\s+~ 1 to update\n/)
  await up()
  expect(state().firewalls[0]?.inbound[0]?.peers).toEqual({ addresses: ['198.51.100.0/24'] })
  await nothingToDo()
})

test('a resize powers the same droplet off and on', async () => {
  const before = oneDroplet()
  await pulumi('config', 'set', 'size', 's-1vcpu-1gb')
  await up()
  expect(oneDroplet()).toMatchObject({ id: before?.id, size: 's-1vcpu-1gb', disk: 25, status: 'active' })
  const done = state()
    .actions.filter(({ resourceId }) => resourceId === before?.id)
    .map(({ type }) => type)
  expect(done).toEqual(['create', 'power_off', 'resize', 'power_on'])
  await nothingToDo()
})

test('changed user data is another droplet, which the address and the firewall follow', async () => {
  const before = oneDroplet()
  await pulumi('config', 'set', '--secret', 'userData', '#cloud-config other')
  expect(await pulumi('preview')).toMatch(
    /\+-?\s+digitalocean:index:Droplet\s+web\s+replace\s+\[diff: ~userData\]/,
  )
  await up()
  expect(oneDroplet()?.id).not.toBe(before?.id)
  expect(state().reservedIps[0]?.dropletId).toBe(oneDroplet()?.id)
  expect(state().firewalls[0]?.dropletIds).toEqual([oneDroplet()?.id])
  await nothingToDo()
})

test('what someone changed or deleted by hand is found by refresh and repaired', async () => {
  await stack.store.change((draft) => {
    for (const record of draft.domains[0]?.records ?? []) if (record.name === 'www') record.ttl = 60
    draft.firewalls = []
  })
  const preview = await pulumi('preview', '--refresh')
  expect(preview).toMatch(/DnsRecord\s+www\s+update\s+\[diff: ~ttl\]/)
  expect(preview).toMatch(/Firewall\s+web\s+create/)
  await pulumi('up', '--yes', '--skip-preview', '--refresh')
  expect(state().domains[0]?.records.find(({ name }) => name === 'www')?.ttl).toBe(300)
  expect(state().firewalls).toHaveLength(1)
  await nothingToDo()
})

test('a refusal says which request was refused and why', async () => {
  await pulumi('config', 'set', 'size', 'huge')
  await expect(up()).rejects.toThrow(
    /POST http:\S+\/v2\/droplets\/\d+\/actions: 422 \(request "[0-9a-f-]+"\) You specified an invalid size for Droplet resize\./,
  )
  await pulumi('config', 'rm', 'size')
  await pulumi('config', 'set', 'size', 's-1vcpu-1gb')
  await up()
  expect(oneDroplet()?.status).toBe('active')
})

test('a record and a droplet that are there already can be imported', async () => {
  const record = state().domains[0]?.records.find(({ type }) => type === 'MX')
  const args = `import --yes --protect=false --generate-code=false --skip-preview
    digitalocean:index/dnsRecord:DnsRecord again example.com,${record?.id}`
  const imported = await pulumi(...args.split(/\s+/))
  expect(imported).toMatch(/= 1 imported/)
  await pulumi(
    'state',
    'delete',
    'urn:pulumi:test::paper::digitalocean:index/dnsRecord:DnsRecord::again',
    '--yes',
  )
})

test('destroys all of it; a record that is gone does not matter, for the rest it has to look first', async () => {
  await stack.store.change((draft) => {
    for (const domain of draft.domains) domain.records = domain.records.filter(({ type }) => type !== 'MX')
    draft.firewalls = []
  })
  await expect(pulumi('destroy', '--yes', '--skip-preview')).rejects.toThrow(
    /Error deleting firewall: DELETE http\S+\/v2\/firewalls\/\S+: 404/,
  )
  await pulumi('destroy', '--yes', '--skip-preview', '--refresh')
  expect(state()).toMatchObject({
    keys: [],
    droplets: [],
    leaving: [],
    firewalls: [],
    domains: [],
    reservedIps: [],
    tags: [],
  })
})
