import { expect, test } from 'vitest'
import type { Policy } from '../../machines.ts'
import { refusal, startApi } from '../testing.ts'

const anywhere = { addresses: ['0.0.0.0/0', '::/0'] }
const web = {
  name: 'web',
  inbound_rules: [
    { protocol: 'tcp', ports: '22', sources: { addresses: ['192.0.2.0/24'] } },
    { protocol: 'icmp', sources: anywhere },
  ],
  outbound_rules: [{ protocol: 'tcp', ports: 'all', destinations: anywhere }],
  droplet_ids: [] as number[],
  tags: [] as string[],
}

async function startWithEdge() {
  const inForce: Policy[][] = []
  const started = await startApi({
    machines: {
      async filter(policies) {
        inForce.push(policies)
      },
    },
  })
  return { ...started, inForce: () => inForce.at(-1) }
}

test('is in force when it is answered, changes whole, and is gone when deleted', async () => {
  const { call, droplet, inForce } = await startWithEdge()
  const { id: dropletId } = await droplet()
  const made = await call('POST', '/firewalls', { ...web, droplet_ids: [dropletId] })
  expect(made.status).toBe(202)
  const { firewall } = made.body
  expect(firewall).toMatchObject({
    name: 'web',
    status: 'succeeded',
    droplet_ids: [dropletId],
    inbound_rules: [
      { ...web.inbound_rules[0], action: 'allow' },
      { protocol: 'icmp', ports: '0', action: 'allow', sources: anywhere },
    ],
    outbound_rules: [{ protocol: 'tcp', ports: '0', action: 'allow', destinations: anywhere }],
  })
  expect(inForce()).toEqual([
    {
      machineId: dropletId,
      inbound: [
        { protocol: 'tcp', ports: '22', addresses: ['192.0.2.0/24'] },
        { protocol: 'icmp', ports: '0', ...anywhere },
      ],
      outbound: [{ protocol: 'tcp', ports: '0', ...anywhere }],
    },
  ])
  const inbound = [{ protocol: 'tcp', ports: '8000-9000', sources: anywhere }]
  const changed = await call('PUT', `/firewalls/${firewall.id}`, {
    name: 'web2',
    inbound_rules: inbound,
    droplet_ids: [dropletId],
  })
  expect(changed.status).toBe(200)
  expect((await call('GET', `/firewalls/${firewall.id}`)).body.firewall).toMatchObject({
    name: 'web2',
    inbound_rules: inbound,
    outbound_rules: [],
  })
  expect(inForce()).toMatchObject([{ inbound: [{ ports: '8000-9000' }], outbound: [] }])
  expect((await call('DELETE', `/firewalls/${firewall.id}`)).status).toBe(204)
  expect(inForce()).toEqual([])
})

test('droplets, tags and rules can be added and taken away one by one', async () => {
  const { call, droplet, inForce } = await startWithEdge()
  const { id } = await droplet({ tags: ['blue'] })
  const path = `/firewalls/${(await call('POST', '/firewalls', web)).body.firewall.id}`
  const steps: [method: 'POST' | 'DELETE', what: string, body: object, policies: object[]][] = [
    ['POST', 'droplets', { droplet_ids: [id] }, [{ machineId: id }]],
    ['DELETE', 'droplets', { droplet_ids: [id] }, []],
    ['POST', 'tags', { tags: ['blue'] }, [{ machineId: id }]],
    [
      'POST',
      'rules',
      { inbound_rules: [{ protocol: 'udp', ports: '53', sources: anywhere }] },
      [{ inbound: [{ ports: '22' }, { ports: '0' }, { ports: '53' }] }],
    ],
    [
      'DELETE',
      'rules',
      { inbound_rules: [web.inbound_rules[0]] },
      [{ inbound: [{ ports: '0' }, { ports: '53' }] }],
    ],
    ['DELETE', 'tags', { tags: ['blue'] }, []],
  ]
  for (const [method, what, body, expected] of steps) {
    expect((await call(method, `${path}/${what}`, body)).status).toBe(204)
    expect(inForce()).toMatchObject(expected)
    expect(inForce()).toHaveLength(expected.length)
  }
})

test('a droplet that brings a tag is behind its firewall before it is active', async () => {
  const { call, droplet, inForce } = await startWithEdge()
  await call('POST', '/tags', { name: 'blue' })
  await call('POST', '/firewalls', { ...web, tags: ['blue'] })
  const { id } = await droplet({ tags: ['blue'] })
  expect(inForce()).toMatchObject([{ machineId: id }])
  const { body } = await call('GET', `/droplets/${id}/firewalls`)
  expect(body.firewalls).toMatchObject([{ name: 'web' }])
  await call('DELETE', `/droplets/${id}`)
  expect(inForce()).toEqual([])
})

test('says failed when the rules could not be put into force', async () => {
  const { call, logged } = await startApi({
    machines: { filter: () => Promise.reject(new Error('nft is missing')) },
  })
  expect((await call('POST', '/firewalls', web)).body.firewall.status).toBe('failed')
  expect(logged).toContainEqual(expect.objectContaining({ why: 'nft is missing' }))
})

const rule = { protocol: 'tcp', ports: '22', sources: anywhere }
const unprocessable = (message: string) => `422 unprocessable_entity: ${message}`
const ports = Array.from({ length: 51 }, (_, index) => ({ ...rule, ports: String(8000 + index) }))
test.each<[object, string]>([
  [{ name: 'a b' }, unprocessable('invalid name')],
  [{ name: 'a_b' }, unprocessable('invalid name')],
  [{ name: 'n'.repeat(256) }, unprocessable('invalid name')],
  [{ name: 'taken' }, '409 conflict: duplicate name'],
  [{ inbound_rules: [], outbound_rules: [] }, unprocessable('must have at least one rule')],
  [{ inbound_rules: ports }, unprocessable('a firewall may have at most 50 rules')],
  [{ inbound_rules: [rule, rule] }, unprocessable('duplicate rules')],
  [{ tags: ['blue'] }, unprocessable('tag blue does not exist')],
  [{ droplet_ids: [7] }, unprocessable('droplet does not exist')],
  [{ inbound_rules: [{ ...rule, protocol: 'sctp' }] }, unprocessable('you specified an invalid protocol')],
  [{ inbound_rules: [{ ...rule, ports: '9000-8000' }] }, unprocessable('invalid port range')],
  [{ inbound_rules: [{ ...rule, ports: '65536' }] }, unprocessable('invalid port range')],
  [{ inbound_rules: [{ ...rule, ports: 'ssh' }] }, unprocessable('you must specify a valid range for ports')],
  [
    { inbound_rules: [{ ...rule, ports: '' }] },
    unprocessable('You must specify a positive value for ports.'),
  ],
  [
    { inbound_rules: [{ ...rule, sources: { addresses: ['999.1.1.1/0'] } }] },
    unprocessable('invalid address: 999.1.1.1/0'),
  ],
  [{ inbound_rules: [{ ...rule, sources: { tags: ['blue'] } }] }, unprocessable('tag blue does not exist')],
  [
    { inbound_rules: [{ ...rule, sources: { load_balancer_uids: ['4de7ac8b'] } }] },
    unprocessable('load balancer does not exist'),
  ],
  [
    { inbound_rules: [{ ...rule, sources: [anywhere] }] },
    unprocessable('You specified an invalid type for one of the sources.'),
  ],
])('refuses %j', async (wrong, message) => {
  const { call } = await startApi()
  await call('POST', '/firewalls', { ...web, name: 'taken' })
  expect(refusal(await call('POST', '/firewalls', { ...web, ...wrong }))).toBe(message)
  expect((await call('GET', '/firewalls')).body.meta.total).toBe(1)
})

test('takes a rule in spellings of its own, and keeps it in the API’s', async () => {
  const { call } = await startApi()
  const { body } = await call('POST', '/firewalls', {
    name: 'web',
    inbound_rules: [
      { protocol: 'TCP', ports: 22, sources: { addresses: ['192.0.2.1'] } },
      { protocol: 'udp', ports: 'all', sources: {} },
    ],
  })
  expect(body.firewall.inbound_rules).toEqual([
    { protocol: 'tcp', ports: '22', action: 'allow', sources: { addresses: ['192.0.2.1'] } },
    { protocol: 'udp', ports: '0', action: 'allow', sources: {} },
  ])
})

test('a rule that denies is taken, and lets nothing through', async () => {
  const { call, droplet, inForce } = await startWithEdge()
  const { id } = await droplet()
  const denying = { ...web, inbound_rules: [{ ...rule, action: 'deny' }], droplet_ids: [id] }
  const { body } = await call('POST', '/firewalls', denying)
  expect(body.firewall.inbound_rules).toMatchObject([{ ports: '22', action: 'deny' }])
  expect(inForce()).toMatchObject([{ machineId: id, inbound: [] }])
})
