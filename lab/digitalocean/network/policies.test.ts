import { expect, test } from 'vitest'
import { policies } from './policies.ts'
import type { Droplet, Firewall } from '../state/state.ts'

const droplet = (id: number, fields: Partial<Droplet> = {}): Droplet => ({
  id,
  name: `web-${id}`,
  status: 'active',
  locked: false,
  createdAt: '2026-01-01T00:00:00Z',
  region: 'fra1',
  size: 's-1vcpu-512mb-10gb',
  disk: 10,
  image: 'debian-13-x64',
  features: [],
  ipv4: `198.51.100.${id}`,
  tags: [],
  sshKeys: [],
  ...fields,
})

const firewall = (fields: Partial<Firewall>): Firewall => ({
  id: 'f',
  name: 'f',
  status: 'succeeded',
  createdAt: '2026-01-01T00:00:00Z',
  inbound: [],
  outbound: [],
  dropletIds: [],
  tags: [],
  ...fields,
})

test('a droplet that no firewall names has no policy, one with an empty firewall a policy that lets nothing in', () => {
  expect(
    policies({ droplets: [droplet(3), droplet(4)], firewalls: [firewall({ dropletIds: [4] })] }),
  ).toEqual([{ machineId: 4, inbound: [], outbound: [] }])
})

test('firewalls that name a droplet by id and by tag add up', () => {
  const ssh = { protocol: 'tcp', ports: '22', peers: { addresses: ['192.0.2.1'] } } as const
  const https = { protocol: 'tcp', ports: '443', peers: { addresses: ['0.0.0.0/0'] } } as const
  const firewalls = [
    firewall({ dropletIds: [3], inbound: [{ ...ssh, peers: { addresses: [...ssh.peers.addresses] } }] }),
    firewall({ tags: ['web'], inbound: [{ ...https, peers: { addresses: [...https.peers.addresses] } }] }),
  ]
  expect(policies({ droplets: [droplet(3, { tags: ['web'] })], firewalls })).toEqual([
    {
      machineId: 3,
      inbound: [
        { protocol: 'tcp', ports: '22', addresses: ['192.0.2.1'] },
        { protocol: 'tcp', ports: '443', addresses: ['0.0.0.0/0'] },
      ],
      outbound: [],
    },
  ])
})

test('droplets and tags as sources become addresses of both families, each once', () => {
  const droplets = [
    droplet(3),
    droplet(4, { tags: ['db'], ipv6: '2001:db8:5c::4' }),
    droplet(5, { tags: ['db'] }),
  ]
  const peers = { addresses: ['192.0.2.1'], droplet_ids: [4], tags: ['db'] }
  const firewalls = [firewall({ dropletIds: [3], outbound: [{ protocol: 'tcp', ports: '5432', peers }] })]
  expect(policies({ droplets, firewalls })[0]?.outbound).toEqual([
    {
      protocol: 'tcp',
      ports: '5432',
      addresses: ['192.0.2.1', '198.51.100.4', '2001:db8:5c::4', '198.51.100.5'],
    },
  ])
})

test('a rule for a tag that nobody bears lets nobody through', () => {
  const inbound = [{ protocol: 'tcp', ports: '22', peers: { tags: ['nobody'] } } as const].map((rule) => ({
    ...rule,
    peers: { tags: [...rule.peers.tags] },
  }))
  expect(policies({ droplets: [droplet(3)], firewalls: [firewall({ dropletIds: [3], inbound })] })).toEqual([
    { machineId: 3, inbound: [], outbound: [] },
  ])
})
