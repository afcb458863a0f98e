import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { locked } from './lock.mjs'
import { isAlive, processIdentity } from './process-identity.mjs'
import { scratchFolder } from './scratch-folder.ts'

const newFolder = scratchFolder

test('work under one lock never overlaps', async () => {
  const folder = newFolder()
  const events: string[] = []
  const work = (name: string) => async () => {
    events.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    events.push(`${name} ends`)
  }

  await Promise.all([locked(join(folder, 'lock'), work('a')), locked(join(folder, 'lock'), work('b'))])

  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['of a process that is gone', '4194304-1'],
  ['of an earlier process with an id that is in use again', `${process.pid}-1`],
  ['that holds nothing', ''],
])('a lock %s is taken over', async (_, owner) => {
  const file = join(newFolder(), 'lock')
  writeFileSync(file, owner)

  expect(await locked(file, async () => 'worked')).toBe('worked')
})

test('a lock is given back when the work fails', async () => {
  const file = join(newFolder(), 'lock')
  const failing = locked(file, async () => {
    throw new Error('no')
  })

  await expect(failing).rejects.toThrow('no')
  expect(await locked(file, async () => 'worked')).toBe('worked')
})

test('this process is alive under its own name only', () => {
  expect(isAlive(processIdentity())).toBe(true)
  expect(isAlive(`${process.pid}-1`)).toBe(false)
  expect(isAlive('nonsense')).toBe(false)
})
