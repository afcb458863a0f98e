import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { $ } from 'zx'
import { readToolchain } from '../../plugin/toolchain.ts'
import { createApi, type Api } from '../digitalocean/api.ts'
import { Store } from '../digitalocean/store.ts'
import { noMachines } from '../machines.ts'
import { installStandIns } from './install.ts'

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

let folder: string
let api: Api
let store: Store
let pulumi: (...args: string[]) => Promise<string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoestring-stand-ins-'))
  store = await Store.open(join(folder, 'cloud.json'))
  const machines = noMachines(['198.51.100.3', '198.51.100.4', '198.51.100.5', '198.51.100.6'])
  api = createApi({ store, machines, log: () => undefined })
  await api.listen({ host: '127.0.0.1', port: 0 })
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await writeFile(join(folder, 'index.js'), program)
  await writeFile(
    join(folder, 'Pulumi.yaml'),
    'name: stand-ins\nmain: index.js\nruntime: {name: nodejs, options: {typescript: false}}\n',
  )
  await installStandIns(join(folder, 'home'))
  const engine = await readToolchain().then(
    (toolchain) => [dirname(toolchain.pulumi.path)],
    () => [],
  )
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), ...engine, process.env['PATH']].join(delimiter),
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: '',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    DIGITALOCEAN_API_URL: `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`,
    DIGITALOCEAN_TOKEN: 'test-token',
    DIGITALOCEAN_HTTP_RETRY_WAIT_MIN: '0.1',
  }
  pulumi = async (...args) => {
    const { stdout, stderr, exitCode } = await $({
      cwd: folder,
      env,
      quiet: true,
      nothrow: true,
    })`pulumi ${args} --non-interactive --color never`
    if (exitCode !== 0) throw new Error(`pulumi ${args.join(' ')}\n${stdout}\n${stderr}`)
    return stdout
  }
  await pulumi('stack', 'init', 'test')
  await pulumi('config', 'set', '--secret', 'userData', '#cloud-config hunter2')
})

afterAll(async () => {
  await api?.close()
  await rm(folder, { recursive: true, force: true })
})

const nothingToDo = () => pulumi('preview', '--refresh', '--expect-no-changes')
const up = () => pulumi('up', '--yes', '--skip-preview')
const oneDroplet = () => {
  expect(store.state.droplets).toHaveLength(1)
  return store.state.droplets[0]
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
  expect(store.state.reservedIps).toMatchObject([{ dropletId: oneDroplet()?.id }])
  expect(
    store.state.domains[0]?.records
      .slice(4)
      .map(({ type, name, data }) => [type, name, data])
      .toSorted(),
  ).toEqual([
    ['A', '@', store.state.reservedIps[0]?.ip],
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
  expect(store.state.firewalls[0]?.inbound[0]?.peers).toEqual({ addresses: ['198.51.100.0/24'] })
  await nothingToDo()
})

test('a resize powers the same droplet off and on', async () => {
  const before = oneDroplet()
  await pulumi('config', 'set', 'size', 's-1vcpu-1gb')
  await up()
  expect(oneDroplet()).toMatchObject({ id: before?.id, size: 's-1vcpu-1gb', disk: 25, status: 'active' })
  const done = store.state.actions
    .filter(({ resourceId }) => resourceId === before?.id)
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
  expect(store.state.reservedIps[0]?.dropletId).toBe(oneDroplet()?.id)
  expect(store.state.firewalls[0]?.dropletIds).toEqual([oneDroplet()?.id])
  await nothingToDo()
})

test('what someone changed or deleted by hand is found by refresh and repaired', async () => {
  await store.change((draft) => {
    for (const record of draft.domains[0]?.records ?? []) if (record.name === 'www') record.ttl = 60
    draft.firewalls = []
  })
  const preview = await pulumi('preview', '--refresh')
  expect(preview).toMatch(/DnsRecord\s+www\s+update\s+\[diff: ~ttl\]/)
  expect(preview).toMatch(/Firewall\s+web\s+create/)
  await pulumi('up', '--yes', '--skip-preview', '--refresh')
  expect(store.state.domains[0]?.records.find(({ name }) => name === 'www')?.ttl).toBe(300)
  expect(store.state.firewalls).toHaveLength(1)
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
  const record = store.state.domains[0]?.records.find(({ type }) => type === 'MX')
  const args = `import --yes --protect=false --generate-code=false --skip-preview
    digitalocean:index/dnsRecord:DnsRecord again example.com,${record?.id}`
  const imported = await pulumi(...args.split(/\s+/))
  expect(imported).toMatch(/= 1 imported/)
  await pulumi(
    'state',
    'delete',
    'urn:pulumi:test::stand-ins::digitalocean:index/dnsRecord:DnsRecord::again',
    '--yes',
  )
})

test('destroys all of it, and what is gone already does not matter', async () => {
  await store.change((draft) => {
    for (const domain of draft.domains) domain.records = domain.records.filter(({ type }) => type !== 'MX')
  })
  await pulumi('destroy', '--yes', '--skip-preview')
  expect(store.state).toMatchObject({
    keys: [],
    droplets: [],
    leaving: [],
    firewalls: [],
    domains: [],
    reservedIps: [],
    tags: [],
  })
})
