import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { noMachines } from '../../machines.ts'
import { createApi } from '../api.ts'
import { Store } from './store.ts'
import { startApi, testAddresses } from '../testing.ts'

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
  ['{"version": 1, "dropl', /^it is not JSON: /],
  ['{"version": 2, "droplets": []}', /^it is not a document of version 1$/],
])('a broken document is named, not overwritten: %s', async (content, why) => {
  const file = await temporaryFile()
  await writeFile(file, content)
  await expect(Store.open(file)).rejects.toMatchObject({
    message: `the lab's state ${file} is broken`,
    why: expect.stringMatching(why),
    fix: `restore ${file}, or begin anew: npm run lab -- reset`,
  })
  expect(await readFile(file, 'utf8')).toBe(content)
})

test('beside a document that is cut short there is the one before the last change, and the error says so', async () => {
  const file = await temporaryFile()
  const { call } = await startApi({ file })
  await call('POST', '/tags', { name: 'blue' })
  await call('POST', '/tags', { name: 'red' })
  await truncate(file, 100)
  await expect(Store.open(file)).rejects.toMatchObject({
    fix: `cp ${file}.before ${file}   (one change older), or begin anew: npm run lab -- reset`,
  })
  await copyFile(`${file}.before`, file)
  expect((await Store.open(file)).state.tags).toEqual(['blue'])
})

test('a change that is refused half-way leaves nothing behind, nor do its neighbours lose anything', async () => {
  const store = await Store.open(await temporaryFile())
  const outcomes = await Promise.allSettled([
    store.change((draft) => draft.tags.push('first')),
    store.change((draft) => {
      draft.tags.push('half')
      throw new Error('refused')
    }),
    store.change((draft) => draft.tags.push('last')),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(store.state.tags).toEqual(['first', 'last'])
})
