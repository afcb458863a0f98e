import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, expect, test } from 'vitest'
import { labPaths } from './paths.ts'
import { removeStaleLocks } from './stale-locks.ts'

async function labWithLock(content: string) {
  const state = await mkdtemp(join(tmpdir(), 'shoestring-locks-'))
  onTestFinished(() => rm(state, { recursive: true }))
  const paths = labPaths(state)
  const folder = join(paths.pulumiState, '.pulumi/locks/organization/shoestring/local')
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'one.json')
  await writeFile(file, content)
  return { paths, file }
}

const lockOf = (pid: number, host = hostname()) =>
  JSON.stringify({ pid, hostname: host, timestamp: '2026-11-23T05:50:30.6Z' })

test('a lock whose owner was killed is removed', async () => {
  // No machine here counts that far: the kernel's own limit is 4194304.
  const { paths, file } = await labWithLock(lockOf(4_194_305))
  await removeStaleLocks(paths)
  expect(existsSync(file)).toBe(false)
})

test('a lock that was cut short with its owner is removed', async () => {
  const { paths, file } = await labWithLock('{"pid":')
  await removeStaleLocks(paths)
  expect(existsSync(file)).toBe(false)
})

test('an update that is under way is named, and its lock left alone', async () => {
  const { paths, file } = await labWithLock(lockOf(process.pid))
  await expect(removeStaleLocks(paths)).rejects.toMatchObject({
    message: 'another update of this stack is under way',
    why: `process ${process.pid} works on it since 05:50:30 UTC`,
  })
  expect(existsSync(file)).toBe(true)
})
