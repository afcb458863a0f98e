import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { closeRouter } from '../network/router.ts'
import type { Slot } from '../slot.ts'
import { controlGroupsOf, removeControlGroup } from './control-groups.ts'
import { readMounts, unmountDisk } from './disk.ts'
import { placePrefix } from './place.ts'
import { killAll, processesOfSlot } from './processes.ts'

/** Takes everything of the slot off the machine, whatever state it was left in; files in the state folder stay. */
export async function removeTraces(slot: Slot): Promise<void> {
  await killAll(() => processesOfSlot(slot))
  for (const target of await disksOf(slot)) await unmountDisk(target)
  for (const folder of await controlGroupsOf(slot)) await removeControlGroup(folder)
  await closeRouter(slot)
  await removeNspawnFolders((name) => name.startsWith(placePrefix(slot)))
}

/** Where the disks of the slot's hosts are mounted. */
export async function disksOf(slot: Slot): Promise<string[]> {
  const mounts = await readMounts()
  return mounts.filter(({ source }) => source.startsWith(placePrefix(slot))).map(({ target }) => target)
}

/** Removes what systemd-nspawn leaves behind where no systemd tidies up after it. */
export async function removeNspawnFolders(isOwn: (name: string) => boolean): Promise<void> {
  for (const parent of ['/run/systemd/nspawn/propagate', '/run/systemd/nspawn/unix-export']) {
    const names = await readdir(parent).catch(() => [])
    for (const name of names.filter(isOwn)) await rm(join(parent, name), { recursive: true, force: true })
  }
}
