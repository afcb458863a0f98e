import { expect, test } from 'vitest'
import type { Host } from '../host.ts'
import { summariesOf } from '../testing.ts'
import { appSecret, secretPath } from './app-secret.ts'

const made = {
  content: `${Buffer.alloc(32, 7).toString('base64')}\n`,
  mode: 0o400,
  owner: 'root',
  group: 'root',
  mtimeMs: 0,
}
const step = appSecret()

test('is made once, and kept', () => {
  expect(summariesOf(step, {})).toEqual(["make the app's secret"])
  expect(summariesOf(step, { [secretPath]: made })).toEqual([])
})

test('is closed again where others may read it, and not looked into', () => {
  expect(summariesOf(step, { [secretPath]: { ...made, mode: 0o644, owner: 'app' } })).toEqual([
    'set /etc/shoestring/app-secret to root:root 400, was app:root 644',
  ])
})

test('is never replaced where it is damaged: what it encrypted would be lost', async () => {
  const [change] = step.plan({ [secretPath]: { ...made, content: `x${made.content}xx` } })
  expect(change?.summary).toBe("put the app's secret back: it was damaged")
  // A host on which nothing can be done: none of it is asked for.
  await expect(change?.apply({} as Host)).rejects.toMatchObject({
    why: expect.stringContaining('was left as it is'),
    fix: expect.stringContaining('restore the file from a backup'),
  })
})
