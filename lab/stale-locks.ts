import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { LabPaths } from './paths.ts'

interface Lock {
  pid: number
  hostname: string
}

/** Removes the stack's locks whose owner was killed: in a lab nobody else can hold one. */
export async function removeStaleLocks({ pulumiState }: LabPaths): Promise<void> {
  const folder = join(pulumiState, '.pulumi', 'locks')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries.filter((found) => found.isFile())) {
    const file = join(entry.parentPath, entry.name)
    const lock = await readLock(file)
    const held = lock?.hostname === hostname() && existsSync(`/proc/${lock.pid}`)
    if (!held) await rm(file, { force: true })
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
