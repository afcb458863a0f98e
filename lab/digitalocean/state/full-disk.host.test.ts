import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { $ } from 'zx'
import type { Machines } from '../../machines.ts'
import { Store } from './store.ts'
import { refusal, startApi } from '../testing.ts'

const missing = process.getuid?.() === 0 ? undefined : 'it mounts a small disk, which takes root'
if (missing) console.warn(`the test of a full disk is skipped: ${missing}`)

/** An account on a disk of its own, which can be filled to the last byte. */
async function smallDisk() {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-full-'))
  await $`mount -t tmpfs -o size=256k,mode=700 shoestring-full ${folder}`
  onTestFinished(async () => {
    await $`umount ${folder}`
    await rm(folder, { recursive: true, force: true })
  })
  const filler = join(folder, 'filler')
  return {
    folder,
    file: join(folder, 'account', 'cloud.json'),
    async fill() {
      const handle = await open(filler, 'w')
      const block = Buffer.alloc(4096)
      // Until the disk says that it is full, and nobody else can write either.
      while (await handle.write(block).catch(() => undefined));
      await handle.close()
    },
    free: () => rm(filler),
  }
}

const order = { name: 'web', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }

test.skipIf(missing)(
  'on a full disk every change is refused and nothing half-made; with room again it all works',
  async () => {
    const disk = await smallDisk()
    const made: number[] = []
    const machines: Partial<Machines> = {
      async create({ id }) {
        made.push(id)
      },
    }
    const { call, store, api } = await startApi({ file: disk.file, machines })
    await call('POST', '/tags', { name: 'before' })
    const before = { memory: structuredClone(store.state), disk: await readFile(disk.file, 'utf8') }
    await disk.fill()
    for (const [path, body] of [
      ['/tags', { name: 'blue' }],
      ['/droplets', order],
      ['/reserved_ips', { region: 'fra1' }],
    ] as const)
      expect(refusal(await call('POST', path, body))).toBe(
        `507 insufficient_storage: The lab cannot write ${disk.file}: ENOSPC: no space left on device, write. Nothing was changed; free some space and ask again.`,
      )
    await api.idle()
    expect(made).toEqual([])
    expect(store.state).toEqual(before.memory)
    expect(await readFile(disk.file, 'utf8')).toBe(before.disk)
    expect((await call('GET', '/tags')).body.meta.total).toBe(1)
    await disk.free()
    expect((await call('POST', '/droplets', order)).status).toBe(202)
    await api.idle()
    expect((await call('GET', '/droplets')).body.droplets).toMatchObject([{ status: 'active' }])
    expect(await readdir(join(disk.file, '..'))).toEqual(['cloud.json', 'cloud.json.before'])
    expect((await Store.open(disk.file)).state).toEqual(store.state)
  },
)

test.skipIf(missing)('a disk that fills up while a droplet boots delays it, and no more', async () => {
  const disk = await smallDisk()
  let boots = 0
  const machines: Partial<Machines> = {
    async create() {
      boots += 1
      await disk.fill()
    },
  }
  const { call, api } = await startApi({ file: disk.file, machines })
  await call('POST', '/droplets', order)
  await expect.poll(() => boots).toBe(1)
  expect((await call('GET', '/droplets')).body.droplets).toMatchObject([{ status: 'new', locked: true }])
  await disk.free()
  await api.idle()
  expect((await call('GET', '/droplets')).body.droplets).toMatchObject([{ status: 'active', locked: false }])
  expect(boots).toBe(1)
})
