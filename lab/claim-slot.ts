import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorError } from '../provision/errors.ts'
import { processesOfSlot } from './hosts/processes.ts'
import { removeTraces } from './hosts/traces.ts'
import { exclusively } from './network/exclusively.ts'
import { foreignUse } from './network/foreign-use.ts'
import { giveBackMachine } from './network/machine-settings.ts'
import { slotAt, slotCount, type Slot } from './slot.ts'

const registry = '/run/shoestring/slots'

/** Gives the lab of this folder its slot: the one it has or had, else a free one that nothing on the machine is in the way of. */
export async function claimSlot(stateFolder: string): Promise<Slot> {
  await mkdir(stateFolder, { recursive: true })
  const folder = await realpath(stateFolder)
  return exclusively(async () => {
    const owners = await readOwners()
    const own = owners.indexOf(folder)
    if (own >= 0) return slotAt(own)
    const inUse: string[] = []
    const foreign: string[] = []
    for (const index of await preferred(folder)) {
      const owner = owners[index]
      const slot = slotAt(index)
      if ((owner && existsSync(owner)) || (await processesOfSlot(slot)).length > 0) {
        inUse.push(`  ${slot.subnet}  ${owner ?? 'hosts whose lab is unknown'}`)
        continue
      }
      // Whoever left these is gone: a clone that was deleted, or a machine that lost /run.
      await removeTraces(slot)
      const other = await foreignUse(slot)
      if (other) foreign.push(`  ${other}`)
      else return take(slot, folder)
    }
    throw inUse.length > 0 ? allInUse(inUse, foreign) : allForeign(foreign)
  })
}

/** Gives the slot back; with the last one the machine's own settings return. */
export async function releaseSlot(slot: Slot): Promise<void> {
  await exclusively(async () => {
    await rm(join(registry, String(slot.index)), { recursive: true, force: true })
    const owners = await readOwners()
    if (owners.every((owner) => owner === undefined)) await giveBackMachine()
  })
}

/** The slot that the lab of this folder holds. */
export async function readSlot(stateFolder: string): Promise<Slot | undefined> {
  const folder = await realpath(stateFolder).catch(() => stateFolder)
  const index = (await readOwners()).indexOf(folder)
  return index < 0 ? undefined : slotAt(index)
}

async function take(slot: Slot, folder: string): Promise<Slot> {
  // Noted before it is taken: whoever sees the claim finds the note too, even if we are killed in between.
  await writeFile(join(folder, 'slot'), String(slot.index))
  const place = join(registry, String(slot.index))
  await mkdir(place, { recursive: true })
  await writeFile(join(place, 'owner.new'), folder)
  await rename(join(place, 'owner.new'), join(place, 'owner'))
  return slot
}

/** All slots, the one this lab had before first: its droplets' addresses are of that slot. */
async function preferred(folder: string): Promise<number[]> {
  const before = Number(await readFile(join(folder, 'slot'), 'utf8').catch(() => '0'))
  const all = Array.from({ length: slotCount }, (_, index) => index)
  return all.includes(before) ? [before, ...all.filter((index) => index !== before)] : all
}

async function readOwners(): Promise<(string | undefined)[]> {
  return Promise.all(Array.from({ length: slotCount }, (_, index) => readOwner(index)))
}

async function readOwner(index: number): Promise<string | undefined> {
  return readFile(join(registry, String(index), 'owner'), 'utf8').catch(() => undefined)
}

function allInUse(inUse: string[], foreign: string[]): OperatorError {
  return new OperatorError(`all ${slotCount} lab slots of this machine are taken`, {
    why: ['', ...inUse, ...foreign].join('\n'),
    fix: 'end a lab that is not needed: `npm run lab -- down` in its folder',
  })
}

function allForeign(foreign: string[]): OperatorError {
  const users = new Set(foreign.map((line) => line.replace(/^.* is taken by /, '')))
  return new OperatorError('198.51.100.0/24 is taken by something else on this machine', {
    why: [...users].join('\n'),
    fix: 'end what uses these addresses (they are for documentation, so often another\ntest network), or use another machine',
  })
}
