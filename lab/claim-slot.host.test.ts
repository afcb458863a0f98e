import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { claimSlot, readSlot, releaseSlot } from './claim-slot.ts'
import { slotAt, slotCount, type Slot } from './slot.ts'
import { test as base } from './testing.ts'

/** Claims slots for folders of this test, and gives all back after it. */
const test = base.extend('clones', async ({ lab }, { onCleanup }) => {
  const parent = await mkdtemp(join(tmpdir(), 'shoestring-slots-'))
  const claimed = new Map<number, Slot>()
  onCleanup(async () => {
    for (const slot of claimed.values()) await releaseSlot(slot)
    await rm(parent, { recursive: true, force: true })
  })
  const claim = async (name: string) => {
    const slot = await claimSlot(join(parent, name))
    claimed.set(slot.index, slot)
    return slot
  }
  return { own: lab.slot, folder: (name: string) => join(parent, name), claim }
})

test('a clone gets the same slot again, another clone another', async ({
  clones: { own, folder, claim },
}) => {
  const [one, two] = await Promise.all([claim('one'), claim('two')])
  expect(new Set([own.index, one.index, two.index]).size).toBe(3)
  expect(await claim('one')).toMatchObject({ index: one.index, subnet: one.subnet })
  expect(await readSlot(folder('two'))).toMatchObject({ index: two.index })
  await releaseSlot(one)
  expect(await readSlot(folder('one'))).toBeUndefined()
})

test('a clone that comes back has the slot it had, whose addresses its hosts still use', async ({
  clones,
}) => {
  const [one, two] = [await clones.claim('one'), await clones.claim('two')]
  await releaseSlot(one)
  await releaseSlot(two)
  expect(await clones.claim('two')).toMatchObject({ index: two.index })
})

test('a slot is free again when the clone that had it was deleted', async ({ clones: { folder, claim } }) => {
  const one = await claim('one')
  await rm(folder('one'), { recursive: true })
  expect(await claim('two')).toMatchObject({ index: one.index })
})

test('says who has the slots when all are taken', async ({ clones: { folder, claim } }) => {
  const full = (async () => {
    for (let index = 0; index <= slotCount; index += 1) await claim(`clone-${index}`)
  })()
  await expect(full).rejects.toMatchObject({
    message: 'all 8 lab slots of this machine are taken',
    why: expect.stringContaining(folder('clone-0')),
    fix: expect.stringContaining('npm run lab -- down'),
  })
})

test('slots have no address in common', () => {
  const slots = Array.from({ length: slotCount }, (_, index) => slotAt(index))
  const addresses = slots.flatMap((slot) => [slot.gateway, slot.router, ...slot.addresses])
  const addresses6 = slots.flatMap((slot) => [
    slot.gateway6,
    slot.router6,
    ...slot.addresses.map((a) => slot.address6(a)),
  ])
  expect(new Set(addresses).size).toBe(slotCount * 30)
  expect(new Set(addresses6).size).toBe(slotCount * 30)
  expect(slotAt(1)).toMatchObject({
    subnet: '198.51.100.32/27',
    gateway: '198.51.100.33',
    router6: '2001:db8:5c:1::2',
  })
})
