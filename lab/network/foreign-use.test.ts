import { expect, test } from 'vitest'
import { slotAt } from '../slot.ts'
import { findForeignUse } from './foreign-use.ts'

const address = (ifname: string, local: string, prefixlen = 24) => ({
  ifname,
  addr_info: [{ local, prefixlen }],
})

test('finds nobody on a machine with ordinary networks, and not the slot itself', () => {
  const links = [
    address('lo', '127.0.0.1', 8),
    address('eth0', '192.0.2.2'),
    address('ss0', '198.51.100.1', 32),
  ]
  const routes = [
    { dst: 'default', dev: 'eth0' },
    { dst: '0.0.0.0/1', dev: 'tun0' },
    { dst: 'ff00::/8', dev: 'eth0' },
    { dst: '198.51.100.0/27', dev: 'ss0' },
  ]
  expect(findForeignUse(slotAt(0), links, routes)).toBeUndefined()
})

test('names an address, a route within the slot and a route around it', () => {
  const slot = slotAt(1)
  expect(findForeignUse(slot, [address('br0', '198.51.100.40')], [])).toBe(
    '198.51.100.32/27 is taken by the address 198.51.100.40 on br0',
  )
  expect(findForeignUse(slot, [], [{ dst: '198.51.100.45', dev: 'sl-web' }])).toBe(
    '198.51.100.32/27 is taken by the route to 198.51.100.45 over sl-web',
  )
  expect(findForeignUse(slot, [], [{ dst: '198.51.0.0/16', dev: 'tun0' }])).toContain(
    '198.51.0.0/16 over tun0',
  )
  expect(findForeignUse(slot, [], [{ dst: '2001:db8::/32', dev: 'eth0' }])).toContain('2001:db8::/32')
  expect(findForeignUse(slot, [], [{ dst: '198.51.100.0/27', dev: 'other' }])).toBeUndefined()
})
