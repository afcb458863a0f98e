import { expect, test } from 'vitest'
import type { Policy } from '../machines.ts'
import { refusal, startApi } from './testing.ts'

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
    inbound_rules: [web.inbound_rules[0], { protocol: 'icmp', ports: '0', sources: anywhere }],
    outbound_rules: [{ protocol: 'tcp', ports: '0', destinations: anywhere }],
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
test.each<[object, string]>([
  [
    { name: 'a b' },
    '422 unprocessable_entity: name may only contain alphanumeric characters, dashes and periods',
  ],
  [{ name: 'taken' }, '409 conflict: duplicate name'],
  [
    { inbound_rules: [], outbound_rules: [] },
    '422 unprocessable_entity: at least one rule must be specified',
  ],
  [{ tags: ['blue'] }, '422 unprocessable_entity: tag blue does not exist'],
  [{ droplet_ids: [7] }, '422 unprocessable_entity: droplet 7 not found'],
  [
    { inbound_rules: [{ ...rule, protocol: 'gre' }] },
    '422 unprocessable_entity: inbound rule: protocol must be tcp, udp or icmp',
  ],
  [
    { inbound_rules: [{ ...rule, ports: '9000-8000' }] },
    '422 unprocessable_entity: inbound rule: ports must be a port, a range such as 8000-9000, or all; got 9000-8000',
  ],
  [
    { inbound_rules: [{ ...rule, sources: { addresses: ['10.0.0.0/33'] } }] },
    '422 unprocessable_entity: inbound rule: invalid address 10.0.0.0/33',
  ],
  [
    { inbound_rules: [{ ...rule, sources: { tags: ['blue'] } }] },
    '422 unprocessable_entity: tag blue does not exist',
  ],
  [
    { inbound_rules: [{ protocol: 'tcp', ports: '22' }] },
    '422 unprocessable_entity: inbound rule: must have sources',
  ],
])('refuses %j', async (wrong, message) => {
  const { call } = await startApi()
  await call('POST', '/firewalls', { ...web, name: 'taken' })
  expect(refusal(await call('POST', '/firewalls', { ...web, ...wrong }))).toBe(message)
  expect((await call('GET', '/firewalls')).body.meta.total).toBe(1)
})
