import { rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { $ } from './network/shell.ts'
import { controlGroupsOf } from './hosts/control-groups.ts'
import { processesOfSlot } from './hosts/processes.ts'
import { disksOf, removeTraces } from './hosts/traces.ts'
import { machineFirewallRules } from './network/machine-firewall.ts'
import { namespacesOf } from './network/namespace.ts'
import { tableName } from './network/router.ts'
import { releaseSlot } from './claim-slot.ts'
import type { Slot } from './slot.ts'

/** Ends all hosts of a slot and gives it back, whatever was killed before, and when. Their disks stay. */
export async function takeDown(slot: Slot): Promise<void> {
  // Again where a command that the killed process had begun came to its end only now.
  for (let tries = 0; tries < 3; tries += 1) {
    await removeTraces(slot)
    if ((await leftovers(slot)).length === 0) break
  }
  await releaseSlot(slot)
}

/** Takes a lab down and removes its hosts' disks too, with all copies of them. */
export async function removeEverything(stateFolder: string, slot: Slot): Promise<void> {
  await takeDown(slot)
  for (const folder of ['hosts', 'images'])
    await rm(join(stateFolder, folder), { recursive: true, force: true })
}

/** What of the slot is still on the machine, a line each; nothing when the lab is down. */
export async function leftovers(slot: Slot): Promise<string[]> {
  const [processes, disks, namespaces, groups, routes, routes6, tables, rules] = await Promise.all([
    processesOfSlot(slot),
    disksOf(slot),
    namespacesOf(slot),
    controlGroupsOf(slot),
    $`ip route show root ${slot.subnet} table all`,
    $({ nothrow: true })`ip -6 route show root ${slot.subnet6} table all`,
    $`nft list tables`,
    machineFirewallRules(slot),
  ])
  return [
    ...processes.map((pid) => `process ${pid}`),
    ...disks.map((target) => `mount ${target}`),
    ...namespaces.map((name) => `namespace ${name}`),
    ...(existsSync(`/sys/class/net/${slot.prefix}`) ? [`link ${slot.prefix}`] : []),
    ...groups.map((folder) => `cgroup ${folder}`),
    ...[...routes.lines(), ...routes6.lines()].map((route) => `route ${route.trim()}`),
    ...tables.lines().filter((line) => line.endsWith(` ${tableName(slot)}`)),
    ...rules.map(({ family, table, chain }) => `rule in ${family} ${table} ${chain}`),
  ]
}
