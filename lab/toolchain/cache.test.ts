import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheFolder, keptPiece, makeOnce } from './cache.mjs'
import { scratchFolder } from './scratch-folder.ts'

const newCache = () => join(scratchFolder(), 'cache')

test('makes a piece, then finds it made', async () => {
  const cache = newCache()
  let made = 0
  const make = async (folder: string) => {
    made++
    writeFileSync(join(folder, 'tool'), 'content')
    return 'from here'
  }

  const first = await makeOnce(cache, 'tool-1', make)
  const second = await makeOnce(cache, 'tool-1', make)

  expect(first).toEqual({ path: join(cache, 'tool-1'), about: 'from here' })
  expect(second).toEqual(first)
  expect(keptPiece(cache, 'tool-1')).toEqual(first)
  expect(readFileSync(join(first.path, 'tool'), 'utf8')).toBe('content')
  expect(made).toBe(1)
  expect(readdirSync(cache)).toEqual(['tool-1'])
})

test('two at once make once, and the second says whom it waits for', async () => {
  const cache = newCache()
  let made = 0
  const waited: string[] = []
  const make = async () => {
    made++
    await new Promise((resolve) => setTimeout(resolve, 300))
    return `made ${made}`
  }

  const both = await Promise.all([
    makeOnce(cache, 'tool-1', make),
    makeOnce(cache, 'tool-1', make, (owner) => waited.push(owner)),
  ])

  expect(both.map(({ about }) => about)).toEqual(['made 1', 'made 1'])
  expect(made).toBe(1)
  expect(waited[0]).toBe(`process ${process.pid}`)
})

test('a failed make leaves nothing, and the next one begins anew', async () => {
  const cache = newCache()
  const failing = makeOnce(cache, 'tool-1', async (folder) => {
    writeFileSync(join(folder, 'half'), '')
    throw new Error('network gone')
  })

  await expect(failing).rejects.toThrow('network gone')
  expect(readdirSync(cache)).toEqual([])
  expect((await makeOnce(cache, 'tool-1', async () => 'whole')).about).toBe('whole')
})

test('what a killed process had half made is not seen, and swept by the next', async () => {
  const cache = newCache()
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { makeOnce } from ${JSON.stringify(new URL('cache.mjs', import.meta.url))}
     import { writeFileSync } from 'node:fs'
     await makeOnce(${JSON.stringify(cache)}, 'tool-1', async (folder) => {
       writeFileSync(folder + '/half', '')
       console.log('half')
       await new Promise((resolve) => setTimeout(resolve, 60_000))
       return 'never'
     })`,
  ])
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))

  expect(readdirSync(cache)).toEqual(['tool-1.lock', expect.stringMatching(/^tool-1\.making-/)])
  expect(keptPiece(cache, 'tool-1')).toBeUndefined()
  const made = await makeOnce(cache, 'tool-1', async () => 'whole')
  expect(made.about).toBe('whole')
  expect(existsSync(join(made.path, 'half'))).toBe(false)
  expect(readdirSync(cache)).toEqual(['tool-1'])
})

test('what is in the way without a receipt is replaced', async () => {
  const cache = newCache()
  mkdirSync(join(cache, 'tool-1'), { recursive: true })
  writeFileSync(join(cache, 'tool-1', 'half'), '')

  const made = await makeOnce(cache, 'tool-1', async () => 'whole')

  expect(readdirSync(made.path)).toEqual(['made.json'])
})

test('the cache is where the user wants caches', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/big/cache' })).toBe('/big/cache/shoestring')
  expect(cacheFolder({})).toMatch(/\/\.cache\/shoestring$/)
})
