import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { leftovers, removeEverything } from './cleanup.ts'
import { findInit } from './hosts/processes.ts'
import { placeOf } from './hosts/place.ts'
import { openHosts } from './hosts/open-hosts.ts'
import { openTestLab } from './hosts/test-lab.ts'
import { isOpen } from './network/open-ports.ts'
import { $ } from './network/shell.ts'
import { claimSlot, readSlot } from './claim-slot.ts'
import type { Slot } from './slot.ts'
import { test, testImage } from './testing.ts'

const image = (await testImage()) ?? ''
const wish = { id: 7, name: 'web', memoryMb: 512, image: 'debian-13-x64', sshKeys: [] }

/** What a person would look at, not what our own lists say. */
async function lookAround(slot: Slot): Promise<string> {
  const [links, routes, routes6, namespaces, tables, mounts, cgroups, processes] = await Promise.all([
    $`ip -br link`,
    $`ip route`,
    $`ip -6 route`,
    $`ip netns`,
    $`nft list tables`,
    readFile('/proc/mounts', 'utf8'),
    // What other labs take away meanwhile makes find fail, but not in what it found.
    $({ nothrow: true })`find /sys/fs/cgroup -name ${'shoestring-*'}`,
    $`ps -eo args`,
  ])
  const ours = new RegExp(
    `\\b(ss${slot.index}|shoestring[-_]${slot.index})\\b|${slot.subnet}|${slot.subnet6}`,
  )
  return (
    [links, routes, routes6, namespaces, tables, mounts, cgroups, processes]
      .flatMap((output) => String(output).split('\n'))
      .filter((line) => ours.test(line))
      // ip ends its lines with a blank, but not the last one: whose line that is, another lab decides.
      .map((line) => line.trimEnd())
      .join('\n')
  )
}

/** A process that makes a host and is killed when `moment` comes, as a daemon may be. */
async function createAndKill(
  stateFolder: string,
  moment: (slot: Slot) => boolean | Promise<boolean>,
): Promise<Slot> {
  const script = `
    import { claimSlot } from ${moduleName('./claim-slot.ts')}
    import { openHosts } from ${moduleName('./hosts/open-hosts.ts')}
    const [, stateFolder, image, wish] = process.argv
    const slot = await claimSlot(stateFolder)
    const machines = await openHosts({ slot, stateFolder, image })
    const ipv4 = slot.addresses[0]
    await machines.create({ ...JSON.parse(wish), ipv4, ipv6: slot.address6(ipv4) })
    setInterval(() => {}, 1000)
  `
  const args = ['--input-type=module', '-e', script, stateFolder, image, JSON.stringify(wish)]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  try {
    for (;;) {
      const slot = await readSlot(stateFolder)
      if (slot && (await moment(slot))) return slot
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before that moment`)
      await setTimeout(1)
    }
  } finally {
    child.kill('SIGKILL')
  }
}

const moduleName = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
const inside = (folder: string, file: string) => existsSync(join(folder, 'hosts', '7', file))
const moments: [string, (folder: string) => (slot: Slot) => boolean | Promise<boolean>][] = [
  ['it has claimed its slot', () => () => true],
  ['the router is there', () => (slot) => existsSync(`/run/netns/${slot.prefix}`)],
  ['the link is there', () => (slot) => existsSync(`/sys/class/net/${slot.prefix}`)],
  ['the spec is written', (folder) => () => inside(folder, 'spec.json')],
  ['the host has its network', () => (slot) => existsSync(`/run/netns/${slot.prefix}-7`)],
  ['the disk is mounted', (folder) => () => inside(folder, 'root/etc')],
  ['the disk is seeded', (folder) => () => inside(folder, 'seeded')],
  ['it is about to boot', (folder) => () => inside(folder, 'console.log')],
  ['its supervisor runs', (folder) => () => inside(folder, 'pid')],
  ['init runs', (folder) => async (slot) => (await findInit(placeOf(slot, folder, 7))) !== undefined],
]

describe('killed when', () => {
  test.for(moments)('%s, all of it can be removed', async ([, moment], { lab, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'shoestring-killed-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const slot = await createAndKill(folder, moment(folder))
    expect(slot.index).not.toBe(lab.slot.index)
    await removeEverything(folder, slot)
    expect(await leftovers(slot)).toEqual([])
    expect(await lookAround(slot)).toBe('')
    expect(await readSlot(folder)).toBeUndefined()
    expect(await readdir(folder)).toEqual(['slot'])
  })

  test.for(moments)(
    '%s, the next one goes on and has its host',
    async ([, moment], { lab, onTestFinished }) => {
      const folder = await mkdtemp(join(tmpdir(), 'shoestring-killed-'))
      const slot = await createAndKill(folder, moment(folder))
      onTestFinished(async () => {
        await removeEverything(folder, slot)
        await rm(folder, { recursive: true, force: true })
      })
      expect(slot.index).not.toBe(lab.slot.index)
      expect(await claimSlot(folder)).toMatchObject({ index: slot.index })
      const machines = await openHosts({ slot, stateFolder: folder, image })
      const ipv4 = slot.addresses[0] ?? ''
      await machines.create({ ...wish, ipv4, ipv6: slot.address6(ipv4) })
      expect(await machines.running(7)).toBe(true)
      await expect.poll(() => isOpen(ipv4, 22), { timeout: 20_000 }).toBe(true)
    },
  )
})

test('destroying a host leaves nothing of it, and the rest as it was', async ({ lab }) => {
  const before = await lookAround(lab.slot)
  const left = await leftovers(lab.slot)
  const host = await lab.addHost()
  await lab.removeHost(host)
  expect(await lookAround(lab.slot)).toBe(before)
  expect(await leftovers(lab.slot)).toEqual(left)
  await lab.machines.destroy(host.id)
})

test('the last lab gives the machine back as it was', async ({ lab }) => {
  const second = await openTestLab(image)
  expect(await leftovers(second.slot)).toContain(`link ${second.slot.prefix}`)
  await second.remove()
  expect(await leftovers(second.slot)).toEqual([])
  expect(await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe('1\n')
  expect(await leftovers(lab.slot)).toContain(`link ${lab.slot.prefix}`)
})
