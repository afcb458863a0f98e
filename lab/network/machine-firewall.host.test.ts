import { expect } from 'vitest'
import { test } from '../testing.ts'
import { $ } from './shell.ts'

// In a network namespace of its own: the firewall of the machine that runs this test stays as it is.
const script = `
  import { closeMachineFirewall, machineFirewallRules, openMachineFirewall } from ${JSON.stringify(
    new URL('machine-firewall.ts', import.meta.url).href,
  )}
  import { slotAt } from ${JSON.stringify(new URL('../slot.ts', import.meta.url).href)}
  const show = async (slot) => (await machineFirewallRules(slot)).map(({ table, chain }) => table + ' ' + chain)
  const [slot, other] = [slotAt(3), slotAt(4)]
  await openMachineFirewall(slot)
  await openMachineFirewall(slot)
  await openMachineFirewall(other)
  const open = await show(slot)
  await closeMachineFirewall(slot)
  console.log(JSON.stringify({ open, closed: await show(slot), other: await show(other) }))
`
const docker = `
  table ip filter {
    chain INPUT { type filter hook input priority filter; policy accept; }
    chain FORWARD { type filter hook forward priority filter; policy drop; }
  }
  table inet ufw {
    chain input { type filter hook input priority filter; policy drop; }
  }
`

test('passes firewalls that drop what they do not know, and takes back only its own rules', async ({
  skip,
}) => {
  if (process.getuid?.() !== 0) skip('it needs root, for a network namespace')
  const run = 'nft -f - && exec "$0" --input-type=module -e "$1"'
  const { stdout } = await $({ input: docker })`unshare --net sh -c ${run} ${process.execPath} ${script}`
  const rules = ['filter FORWARD', 'filter FORWARD', 'ufw input']
  expect(JSON.parse(stdout)).toEqual({ open: rules, closed: [], other: rules })
})
