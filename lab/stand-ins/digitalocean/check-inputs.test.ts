import { expect, test } from 'vitest'
import { unknown } from '../../../plugin/values.ts'
import { startPlugin } from './testing.ts'

const machine = { image: 'debian-13-x64', size: 's-1vcpu-512mb-10gb' }

test('says before anything is made what the official plugin would refuse', async () => {
  const { failures } = await startPlugin()
  expect(await failures('Droplet', { image: 'debian-13-x64' })).toEqual([
    "size: Missing required property 'size'",
  ])
  expect(await failures('Droplet', { ...machine, backupPolicy: { plan: 'weekly' } })).toEqual([
    'backupPolicy: backup_policy can only be set when backups are enabled',
  ])
  expect(await failures('Firewall', {})).toEqual(['inboundRules: At least one rule must be specified'])
  expect(await failures('Firewall', { inboundRules: [{ protocol: 'tcp' }] })).toEqual([
    'inboundRules: `port_range` of inbound rules is required if protocol is `tcp` or `udp`',
  ])
  const mail = { domain: 'example.com', type: 'MX', value: 'mx.example.net.' }
  expect(await failures('DnsRecord', mail)).toEqual([
    'priority: `priority` is required for when type is `MX`',
  ])
  expect(await failures('DnsRecord', { ...mail, type: 'PTR' })).toEqual([
    'type: expected type to be one of ["A","AAAA","CAA","CNAME","MX","NS","TXT","SRV","SOA"], got PTR',
  ])
})

test('says what the lab lacks and what to do instead', async () => {
  const { failures } = await startPlugin()
  expect(await failures('Droplet', { ...machine, volumeIds: ['v'] })).toEqual([
    "volumeIds: the lab's stand-in plugin has no volumeIds: the lab has no volumes; keep data on the droplet",
  ])
  const rule = { protocol: 'tcp', portRange: '80', sourceLoadBalancerUids: ['lb'] }
  expect(await failures('Firewall', { inboundRules: [rule] })).toEqual([
    'inboundRules: the lab has nothing behind sourceLoadBalancerUids: name addresses, droplets or tags',
  ])
})

test('does not judge what is not known yet', async () => {
  const { failures } = await startPlugin()
  expect(await failures('Firewall', { inboundRules: [unknown] })).toEqual([])
  expect(await failures('DnsRecord', { domain: unknown, type: unknown, value: unknown })).toEqual([])
})
