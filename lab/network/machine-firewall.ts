import { $ } from './shell.ts'
import type { Slot } from '../slot.ts'

// A machine's own firewall often drops what it doesn't know: Docker what is forwarded, ufw also what comes in.
// An accept in a table of ours would not help, the packet still meets theirs; so a rule is put before theirs,
// with a comment to find it by. Best effort: rules of the old iptables (legacy) can't be seen from here.

interface Chain {
  family: string
  table: string
  name: string
  hook?: string
  policy?: string
}
interface Rule {
  family: string
  table: string
  chain: string
  handle: number
  comment?: string
}
type Listing = { nftables: { chain?: Chain; rule?: Rule }[] }

/** Lets the slot's packets through the chains of others that drop by default. */
export async function openMachineFirewall(slot: Slot): Promise<void> {
  const { nftables } = await $`nft -j list chains`.json<Listing>()
  const dropping = nftables
    .flatMap(({ chain }) => chain ?? [])
    .filter(({ hook, policy }) => policy === 'drop' && (hook === 'forward' || hook === 'input'))
  if (dropping.length === 0) return
  await closeMachineFirewall(slot)
  const rules = dropping.flatMap(({ family, table, name, hook }) =>
    (hook === 'input' ? ['iifname'] : ['iifname', 'oifname']).map(
      (side) =>
        `insert rule ${family} ${table} ${name} ${side} "${slot.prefix}" accept comment "${comment(slot)}"`,
    ),
  )
  await $({ input: rules.join('\n') })`nft -f -`
}

/** Removes what `openMachineFirewall` put in. */
export async function closeMachineFirewall(slot: Slot): Promise<void> {
  const lines = (await machineFirewallRules(slot)).map(
    ({ family, table, chain, handle }) => `delete rule ${family} ${table} ${chain} handle ${handle}`,
  )
  if (lines.length > 0) await $({ input: lines.join('\n') })`nft -f -`
}

/** The slot's rules in the tables of others. */
export async function machineFirewallRules(slot: Slot): Promise<Rule[]> {
  const { nftables } = await $`nft -j -a list ruleset`.json<Listing>()
  return nftables.flatMap(({ rule }) => (rule?.comment === comment(slot) ? rule : []))
}

const comment = (slot: Slot) => `shoestring ${slot.index}`
