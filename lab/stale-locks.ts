import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { OperatorError } from '../provision/errors.ts'
import type { LabPaths } from './paths.ts'

interface Lock {
  pid: number
  hostname: string
  timestamp: string
}

/** Removes the stack's locks whose owner was killed; one whose owner works is said, with its owner. */
export async function removeStaleLocks({ pulumiState }: LabPaths): Promise<void> {
  const folder = join(pulumiState, '.pulumi', 'locks')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries.filter((found) => found.isFile())) {
    const file = join(entry.parentPath, entry.name)
    const lock = await readLock(file)
    if (lock?.hostname === hostname() && existsSync(`/proc/${lock.pid}`)) {
      throw new OperatorError('another update of this stack is under way', {
        why: `process ${lock.pid} works on it since ${lock.timestamp.slice(11, 19)} UTC`,
        fix: 'wait for it to end, then npm start again',
      })
    }
    await rm(file, { force: true })
  }
}

/** Undefined for one that was cut short with its owner. */
async function readLock(file: string): Promise<Lock | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Lock
  } catch {
    return undefined
  }
}
