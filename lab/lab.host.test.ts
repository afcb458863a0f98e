import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { $ } from 'zx'
import { leftovers } from './cleanup.ts'
import { kept } from './kept.ts'
import { down, reset, up } from './lab.ts'
import { labPaths, type LabPaths } from './paths.ts'
import { readSlot } from './claim-slot.ts'
import { findDaemons, readStatus, type LabStatus } from './status.ts'

let folder: string
let paths: LabPaths

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoestring-lab-'))
  paths = labPaths(join(folder, 'lab'))
})

afterEach(async () => {
  await reset(paths)
  await rm(folder, { recursive: true, force: true })
})

const slotOf = async ({ state }: LabPaths) => (await readSlot(state))!

async function statusOf(api: string, id: number): Promise<string> {
  const headers = { authorization: `Bearer ${await kept(paths.token)}` }
  const got = await fetch(`${api}/v2/droplets/${id}`, { headers })
  return ((await got.json()) as { droplet: { status: string } }).droplet.status
}

const addDroplet = (status: LabStatus) => addDropletTo(paths, status)

async function addDropletTo({ token }: LabPaths, { api }: LabStatus): Promise<number> {
  const headers = { authorization: `Bearer ${await kept(token)}`, 'content-type': 'application/json' }
  const body = JSON.stringify({
    name: 'web',
    region: 'fra1',
    size: 's-1vcpu-512mb-10gb',
    image: 'debian-13-x64',
  })
  const response = await fetch(`${api}/v2/droplets`, { method: 'POST', headers, body })
  const { droplet } = (await response.json()) as { droplet: { id: number } }
  return droplet.id
}

test('a second up finds the lab running', async () => {
  const first = await up(paths)
  expect(first.started).toBe(true)
  expect(await up(paths)).toEqual({ started: false, status: first.status })
})

test('down leaves nothing on the machine, and up brings hosts back as they were', async () => {
  const first = (await up(paths)).status
  const id = await addDroplet(first)
  await expect.poll(() => statusOf(first.api, id), { timeout: 20_000 }).toBe('active')
  const slot = await slotOf(paths)
  expect((await down(paths)).left).toEqual([])
  expect(await leftovers(slot)).toEqual([])
  const { status } = await up(paths)
  const headers = { authorization: `Bearer ${await kept(paths.token)}` }
  const { droplets } = (await (await fetch(`${status.api}/v2/droplets`, { headers })).json()) as {
    droplets: { name: string; status: string }[]
  }
  expect(droplets).toMatchObject([{ name: 'web', status: 'active' }])
})

test('after kill -9, in the middle of making a droplet, down leaves nothing', async () => {
  const { status } = await up(paths)
  const slot = await slotOf(paths)
  await addDroplet(status)
  process.kill(status.pid, 'SIGKILL')
  expect((await down(paths)).left).toEqual([])
  expect(await leftovers(slot)).toEqual([])
  // Looked at once more without our own eyes.
  const seen = await $({ quiet: true })`ip netns; ip -o link; nft list tables; mount; ip route`
  expect(seen.stdout).not.toMatch(new RegExp(`\\b${slot.prefix}\\b|shoestring_${slot.index}\\b|${folder}`))
})

test('after kill -9 up goes on where it was: the droplet that was being made is finished', async () => {
  const { status } = await up(paths)
  await addDroplet(status)
  process.kill(status.pid, 'SIGKILL')
  await expect.poll(() => readStatus(paths)).toBeUndefined()
  const again = (await up(paths)).status
  const headers = { authorization: `Bearer ${await kept(paths.token)}` }
  await expect
    .poll(async () => (await fetch(`${again.api}/v2/droplets`, { headers })).json(), { timeout: 20_000 })
    .toMatchObject({ droplets: [{ name: 'web', status: 'active', locked: false }] })
})

test('after kill -9 in the middle of a deletion, the next lab has neither the droplet nor its host', async () => {
  const { status } = await up(paths)
  const id = await addDroplet(status)
  await expect.poll(() => statusOf(status.api, id), { timeout: 20_000 }).toBe('active')
  const headers = { authorization: `Bearer ${await kept(paths.token)}` }
  const answer = fetch(`${status.api}/v2/droplets/${id}`, { method: 'DELETE', headers }).catch(
    () => 'cut off',
  )
  await expect.poll(async () => (await readFile(paths.cloud, 'utf8')).includes('"droplets": []')).toBe(true)
  process.kill(status.pid, 'SIGKILL')
  await answer
  await expect.poll(() => readStatus(paths)).toBeUndefined()
  await up(paths)
  expect(await readdir(join(paths.state, 'hosts'))).toEqual([])
  expect(JSON.parse(await readFile(paths.cloud, 'utf8'))).toMatchObject({ droplets: [], leaving: [] })
})

test('a host that the account does not know is gone after the next start', async () => {
  const { status } = await up(paths)
  const id = await addDroplet(status)
  await expect.poll(() => statusOf(status.api, id), { timeout: 20_000 }).toBe('active')
  process.kill(status.pid, 'SIGKILL')
  await expect.poll(() => readStatus(paths)).toBeUndefined()
  await rm(paths.cloud)
  await up(paths)
  expect(await readdir(join(paths.state, 'hosts'))).toEqual([])
  // Of hosts there is one network namespace each, and the router's.
  const left = await leftovers(await slotOf(paths))
  expect(left.filter((line) => /^(process|mount) /.test(line))).toEqual([])
})

test('a clone that is deleted takes its lab with it', async () => {
  const other = labPaths(join(folder, 'deleted'))
  const { status } = await up(other)
  const slot = await slotOf(other)
  await addDropletTo(other, status)
  // Stumbles over the mounted disk, as a person's rm -rf would.
  await rm(other.state, { recursive: true, force: true }).catch(() => undefined)
  await expect.poll(() => findDaemons(other.state), { timeout: 20_000 }).toEqual([])
  expect(await leftovers(slot)).toEqual([])
})

test('two labs on one machine do not meet', async () => {
  const other = labPaths(join(folder, 'other'))
  try {
    const [one, two] = await Promise.all([up(paths), up(other)])
    expect(one.status.dns).not.toBe(two.status.dns)
    expect((await slotOf(paths)).subnet).not.toBe((await slotOf(other)).subnet)
    await down(other)
    expect(await readStatus(paths)).toEqual(one.status)
  } finally {
    await reset(other)
  }
})

test('two ups of one folder at once make one lab', async () => {
  const [one, two] = await Promise.all([up(paths), up(paths)])
  expect(one.status).toEqual(two.status)
  const daemons = await $({ quiet: true, nothrow: true })`pgrep -f ${`daemon.ts ${paths.state}`}`
  expect(daemons.stdout.trim().split('\n')).toHaveLength(1)
})

test('a broken account file is named, and nothing is left running', async () => {
  await mkdir(paths.state)
  await writeFile(paths.cloud, '{"droplets": [{"id": 1')
  await expect(up(paths)).rejects.toThrow(/cloud\.json/)
  expect(await readStatus(paths)).toBeUndefined()
})
