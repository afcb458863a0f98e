import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { askedForDiff, asksForDiff } from './asked-for-diff.ts'

test('--diff is seen wherever it stands, and nothing that only looks like it', () => {
  expect(asksForDiff(['pulumi', 'preview', '--diff'])).toBe(true)
  expect(asksForDiff(['pulumi', '--diff=true', 'up'])).toBe(true)
  expect(asksForDiff(['pulumi', 'preview', '--diff=false', '--different'])).toBe(false)
})

test('reads the command line of whoever started it', async () => {
  const engine = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', '--', 'preview', '--diff'])
  onTestFinished(() => void engine.kill())
  await once(engine, 'spawn')
  expect(await askedForDiff(engine.pid)).toBe(true)
  expect(await askedForDiff(2 ** 30)).toBe(false)
})
