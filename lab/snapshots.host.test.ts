import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { $ } from 'zx'
import { leftovers } from './cleanup.ts'
import { readSlot } from './claim-slot.ts'
import { sshSession } from './hosts/ssh-session.ts'
import { kept } from './kept.ts'
import { down, reset, up } from './lab.ts'
import { labPaths, type LabPaths } from './paths.ts'
import { readStatus } from './status.ts'

let folder: string
let paths: LabPaths
let base: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoestring-snapshots-'))
  await mkdir(join(folder, 'ssh'))
  await $({ quiet: true })`ssh-keygen -q -t ed25519 -N ${''} -C test -f ${join(folder, 'ssh', 'key')}`
  paths = labPaths(join(folder, 'lab'))
  base = (await up(paths)).status.api
})

afterAll(async () => {
  await reset(paths)
  await rm(folder, { recursive: true, force: true })
})

async function call(method: string, path: string, body?: object): Promise<any> {
  const headers = { authorization: `Bearer ${await kept(paths.token)}`, 'content-type': 'application/json' }
  const response = await fetch(`${base}/v2${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const said = await response.text()
  return said ? JSON.parse(said) : response.status
}

const statusOf = async (id: number) => (await call('GET', `/droplets/${id}`)).droplet.status
const copies = () => readdir(join(paths.state, 'images')).catch(() => [])

async function addDroplet(
  name: string,
  image: string | number,
): Promise<{ id: number; shell: ReturnType<typeof sshSession> }> {
  const known = (await call('GET', '/account/keys')).ssh_keys
  const publicKey = (await readFile(join(folder, 'ssh', 'key.pub'), 'utf8')).trim()
  if (known.length === 0) await call('POST', '/account/keys', { name: 'test', public_key: publicKey })
  const ssh_keys = (await call('GET', '/account/keys')).ssh_keys.map(({ id }: { id: number }) => id)
  const order = { name, image, region: 'fra1', size: 's-1vcpu-512mb-10gb', ssh_keys }
  const { id } = (await call('POST', '/droplets', order)).droplet
  await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('active')
  const address = (await call('GET', `/droplets/${id}`)).droplet.networks.v4[0].ip_address
  const shell = sshSession(address, join(folder, 'ssh'))
  await shell.ready()
  return { id, shell }
}

test('after kill -9 in the middle of a snapshot up finishes it; its droplets outlive it and leave nothing', async () => {
  const { id, shell } = await addDroplet('web', 'debian-13-x64')
  await shell.run('head -c 300M /dev/urandom > /root/large; echo kept > /root/kept')
  const { action } = await call('POST', `/droplets/${id}/actions`, { type: 'snapshot', name: 'before' })
  await expect.poll(copies).toEqual([expect.stringMatching(/\.part$/)])
  process.kill((await readStatus(paths))!.pid, 'SIGKILL')
  await expect.poll(() => readStatus(paths)).toBeUndefined()

  base = (await up(paths)).status.api
  expect((await call('GET', `/actions/${action.id}`)).action.status).toBe('completed')
  expect((await shell.run('cat /root/kept')).stdout).toBe('kept\n')
  const [image] = (await call('GET', '/images?private=true')).images
  expect(image).toMatchObject({ name: 'before', status: 'available' })
  expect(image.size_gigabytes).toBeGreaterThan(0.3)
  expect(await copies()).toEqual([String(image.id)])

  const copy = await addDroplet('copy', image.id)
  expect(await call('DELETE', `/droplets/${id}`)).toBe(204)
  expect(await call('DELETE', `/images/${image.id}`)).toBe(204)
  expect(await copies()).toEqual([])
  expect((await copy.shell.run('hostname; cat /root/kept')).stdout).toBe('copy\nkept\n')

  // What is switched off from inside is seen to be off.
  await copy.shell.run('systemctl poweroff')
  await expect.poll(() => statusOf(copy.id), { timeout: 30_000 }).toBe('off')
  await Promise.all([shell.close(), copy.shell.close()])
})

test('down after a kill in the middle of a snapshot, its host stopped, leaves nothing on the machine', async () => {
  const { id, shell } = await addDroplet('other', 'debian-13-x64')
  await shell.run('head -c 300M /dev/urandom > /root/large')
  const slot = (await readSlot(paths.state))!
  await call('POST', `/droplets/${id}/actions`, { type: 'snapshot', name: 'cut' })
  process.kill((await readStatus(paths))!.pid, 'SIGKILL')
  expect((await down(paths)).left).toEqual([])
  expect(await leftovers(slot)).toEqual([])
  await shell.close()
})
