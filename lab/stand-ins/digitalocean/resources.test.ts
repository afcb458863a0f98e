import { expect, test } from 'vitest'
import type { Bag } from '../../../plugin/values.ts'
import { publicKey, startPlugin, type Kept, type Plugin } from './testing.ts'

const machine = { image: 'debian-13-x64', size: 's-1vcpu-512mb-10gb', region: 'fra1' }
const anywhere = ['0.0.0.0/0', '::/0']
const rules = {
  inboundRules: [
    { protocol: 'tcp', portRange: '22', sourceAddresses: ['192.0.2.0/24'], sourceTags: ['office'] },
    { protocol: 'icmp', sourceAddresses: anywhere },
  ],
  outboundRules: [{ protocol: 'tcp', portRange: 'all', destinationAddresses: anywhere }],
}
const recipients = { emails: ['ops@example.com'] }
const zone = async ({ make }: Plugin): Promise<Bag> => {
  await make('Domain', { name: 'example.com' })
  return { domain: 'example.com' }
}
const watched = async ({ make }: Plugin): Promise<Bag> => ({
  checkId: (await make('UptimeCheck', { target: 'https://www.example.com', regions: ['eu_west'] })).id,
})
const dropletId = async ({ make }: Plugin): Promise<Bag> => {
  const { id } = await make('Droplet', machine)
  return { dropletId: Number(id) }
}

interface Life {
  type: string
  /** What has to be there first, as inputs. */
  before?: (plugin: Plugin) => Promise<Bag>
  inputs: Bag
  changed: Bag
  diff: string[]
  importId?: (kept: Kept) => string
  /** Inputs that say what is usual, so that an import lacks them. */
  usual?: string[]
}

const lives: Life[] = [
  { type: 'SshKey', inputs: { publicKey }, changed: { name: 'other' }, diff: ['~name'] },
  { type: 'Tag', inputs: { name: 'blue' }, changed: { name: 'red' }, diff: ['+-name'] },
  {
    type: 'Droplet',
    inputs: { ...machine, ipv6: true, monitoring: true, tags: ['b', 'a'] },
    changed: { size: 's-1vcpu-1gb', tags: ['c', 'a'], name: 'other' },
    diff: ['~name', '~size', '~tags'],
  },
  {
    type: 'DropletSnapshot',
    before: async (plugin) => ({ dropletId: String((await dropletId(plugin))['dropletId']) }),
    inputs: { name: 'before' },
    changed: { name: 'after' },
    diff: ['+-name'],
  },
  { type: 'Domain', inputs: { name: 'example.com' }, changed: { name: 'example.net' }, diff: ['+-name'] },
  ...[
    { type: 'A', name: 'www', value: '192.0.2.1', ttl: 300 },
    { type: 'AAAA', name: '@', value: '2001:db8::1' },
    { type: 'CNAME', name: 'blog', value: 'www.example.com.' },
    { type: 'CNAME', name: 'top', value: '@' },
    { type: 'MX', name: '@', value: 'mx.example.net.', priority: 10 },
    { type: 'TXT', name: '@', value: 'v=spf1 -all' },
    { type: 'NS', name: 'sub', value: 'ns1.example.net.' },
    { type: 'SRV', name: '_sip._tcp', value: 'sip.example.net.', priority: 1, weight: 2, port: 5060 },
    { type: 'CAA', name: '@', value: 'letsencrypt.org.', flags: 0, tag: 'issue' },
  ].map((inputs) => ({
    type: 'DnsRecord',
    before: zone,
    inputs,
    changed: { ttl: 600 },
    diff: ['~ttl'],
    importId: ({ id }: Kept) => `example.com,${id}`,
    usual: ['flags'],
  })),
  {
    type: 'Firewall',
    before: async ({ make }) => ({ tags: [(await make('Tag', { name: 'office' })).id] }),
    inputs: rules,
    changed: { inboundRules: rules.inboundRules.slice(0, 1) },
    diff: ['~inboundRules'],
  },
  { type: 'ReservedIp', inputs: { region: 'fra1' }, changed: { region: 'ams3' }, diff: ['+-region'] },
  {
    type: 'ReservedIp',
    before: dropletId,
    inputs: { region: 'fra1' },
    changed: { dropletId: undefined },
    diff: ['~dropletId'],
  },
  { type: 'FloatingIp', inputs: { region: 'fra1' }, changed: { region: 'ams3' }, diff: ['+-region'] },
  {
    type: 'ReservedIpAssignment',
    before: async (plugin) => ({
      ...(await dropletId(plugin)),
      ipAddress: (await plugin.make('ReservedIp', { region: 'fra1' })).id,
    }),
    inputs: {},
    changed: { dropletId: 1 },
    diff: ['+-dropletId'],
    importId: ({ inputs }) => `${String(inputs['ipAddress'])},${String(inputs['dropletId'])}`,
  },
  {
    type: 'Vpc',
    inputs: { region: 'fra1', ipRange: '10.20.0.0/24', description: 'inside' },
    changed: { description: 'within' },
    diff: ['~description'],
  },
  {
    type: 'Project',
    before: async ({ make }) => ({
      resources: [String((await make('Domain', { name: 'a.example' })).outputs['domainUrn'])],
    }),
    inputs: { name: 'shop', purpose: 'Web Application', environment: 'Production' },
    changed: { environment: 'Staging', resources: [] },
    diff: ['~environment', '~resources'],
    usual: ['purpose'],
  },
  {
    type: 'MonitorAlert',
    inputs: {
      type: 'v1/insights/droplet/cpu',
      compare: 'GreaterThan',
      description: 'busy',
      value: 90,
      window: '10m',
      alerts: recipients,
    },
    changed: { value: 95 },
    diff: ['~value'],
  },
  {
    type: 'UptimeCheck',
    inputs: { name: 'www', target: 'https://www.example.com', regions: ['eu_west', 'us_east'] },
    changed: { target: 'https://app.example.com' },
    diff: ['~target'],
  },
  {
    type: 'UptimeAlert',
    before: watched,
    inputs: { name: 'down', type: 'down', period: '2m', notifications: [recipients] },
    changed: { period: '5m' },
    diff: ['~period'],
    importId: ({ id, inputs }) => `${String(inputs['checkId'])},${id}`,
  },
]

const titleOf = ({ type, inputs }: Life) =>
  typeof inputs['type'] === 'string' ? `${type} ${inputs['type']}` : type

test.each(lives.map((life) => [titleOf(life), life] as const))(
  '%s: made, found unchanged, imported, changed and deleted',
  async (_title, { type, before, inputs, changed, diff, importId, usual = [] }) => {
    const plugin = await startPlugin()
    const program = { ...(await before?.(plugin)), ...inputs }
    const made = await plugin.make(type, program)
    expect(made.outputs).toMatchObject(program)
    expect(await plugin.diff(made, program)).toEqual([])
    expect(await plugin.read(made)).toEqual(made)

    const imported = await plugin.read({ type, id: importId?.(made) ?? made.id, inputs: {}, outputs: {} })
    const told = Object.fromEntries(Object.entries(made.inputs).filter(([key]) => !usual.includes(key)))
    expect(imported?.inputs).toMatchObject(told)
    expect(await plugin.diff(imported ?? made, program)).toEqual([])

    const next = { ...program, ...changed }
    expect((await plugin.diff(made, next)).toSorted()).toEqual(diff.toSorted())
    const updated = diff.every((each) => each.startsWith('~')) ? await plugin.update(made, next) : made
    expect(await plugin.diff(updated, updated === made ? program : next)).toEqual([])
    expect(await plugin.read(updated)).toMatchObject({ id: made.id })
    await plugin.drop(updated)
    expect(await plugin.read(updated)).toBeUndefined()
  },
)
