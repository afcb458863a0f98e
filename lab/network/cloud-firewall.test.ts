import { expect, test } from 'vitest'
import { renderCloudFirewall } from './cloud-firewall.ts'

const chainOf = (name: string, rules: string) =>
  new RegExp(`chain ${name} \\{ (.*); \\}`).exec(rules)?.[1]?.split('; ')

test('says each rule once for each address, in its family, and drops the rest', () => {
  const rules = renderCloudFirewall([
    {
      machineId: 7,
      inbound: [
        { protocol: 'tcp', ports: '22', addresses: ['192.0.2.0/24', '2001:db8::1'] },
        { protocol: 'icmp', ports: '0', addresses: ['0.0.0.0/0', '::/0'] },
      ],
      outbound: [{ protocol: 'udp', ports: '0', addresses: ['0.0.0.0/0'] }],
    },
  ])
  expect(chainOf('to_7', rules)).toEqual([
    'ip saddr 192.0.2.0/24 tcp dport 22 accept',
    'ip6 saddr 2001:db8::1 tcp dport 22 accept',
    'meta nfproto ipv4 meta l4proto icmp accept',
    'meta nfproto ipv6 meta l4proto icmpv6 accept',
    'drop',
  ])
  expect(chainOf('from_7', rules)).toEqual(['meta nfproto ipv4 meta l4proto udp accept', 'drop'])
})

const policy = (ports: string, address: string) => () =>
  renderCloudFirewall([
    { machineId: 7, inbound: [{ protocol: 'tcp', ports, addresses: [address] }], outbound: [] },
  ])

test('lets nothing into the rules that is neither address nor port', () => {
  expect(policy('22; flush ruleset', '0.0.0.0/0')).toThrow('22; flush ruleset')
  expect(policy('22', '0.0.0.0/0 accept')).toThrow('0.0.0.0/0 accept')
})
