import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { noMachines } from '../machines.ts'
import { createApi } from './api.ts'
import { Store } from './store.ts'
import { startApi, testAddresses } from './testing.ts'

async function temporaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'digitalocean.json')
}

test('a change is on disk, whole and for its owner only, before it is answered', async () => {
  const { call, file } = await startApi()
  await call('POST', '/tags', { name: 'blue' })
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ tags: ['blue'] })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('the account is as it was after a restart', async () => {
  const file = await temporaryFile()
  const { store, droplet, call } = await startApi({ file })
  await droplet({ ipv6: true, tags: ['blue'] })
  await call('POST', '/domains', { name: 'example.com' })
  expect((await Store.open(file)).state).toEqual(store.state)
})

test('changes at the same time are all kept', async () => {
  const { call, file } = await startApi()
  const names = Array.from({ length: 20 }, (_, index) => `t${index}`)
  await Promise.all(names.map((name) => call('POST', '/tags', { name })))
  expect((await Store.open(file)).state.tags.toSorted()).toEqual(names.toSorted())
})

test('when the disk refuses, nothing has changed and the answer says so', async () => {
  const file = join(await temporaryFile(), 'not-a-folder')
  const store = await Store.open(file)
  await writeFile(join(file, '..'), 'a file in the way')
  const logged: object[] = []
  const api = createApi({ store, machines: noMachines(testAddresses), log: (entry) => logged.push(entry) })
  const answer = await api.inject({
    method: 'POST',
    url: '/v2/tags',
    headers: { authorization: 'Bearer t' },
    payload: { name: 'blue' },
  })
  expect(answer.statusCode).toBe(500)
  expect(answer.json().message).toMatch(/EEXIST|ENOTDIR/)
  expect(store.state.tags).toEqual([])
  await api.close()
})

test.each([
  ['{"version": 1, "dropl', 'is not JSON'],
  ['{"version": 2, "droplets": []}', 'is not a document of version 1'],
])('a broken document is named, not overwritten: %s', async (content, why) => {
  const file = await temporaryFile()
  await writeFile(file, content)
  await expect(Store.open(file)).rejects.toThrow(
    new RegExp(`the lab's state ${file} ${why}.*Restore it, or delete it`),
  )
  expect(await readFile(file, 'utf8')).toBe(content)
})
