import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { isAlive, processIdentity } from './process-identity.mjs'
import { SetupError } from './setup-error.mjs'

// A cold engine build on a slow machine takes half of this.
const patienceMs = 60 * 60 * 1_000

/**
 * Does the work while no other process does work under the same lock file. The lock of a dead process counts for nothing.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(owner: string) => void} [onWait]
 * @returns {Promise<T>}
 */
export async function locked(file, work, onWait = () => {}) {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const owner = take(file)
    if (owner === undefined) break
    onWait(`process ${owner.split('-')[0]}`)
    if (Date.now() > deadline) {
      throw new SetupError(`waited an hour for ${file}`, {
        why: `process ${owner.split('-')[0]} holds it and still runs`,
        fix: 'end that process, then run this again',
      })
    }
    await setTimeout(200)
  }
  try {
    return await work()
  } finally {
    if (ownerOf(file) === processIdentity()) rmSync(file, { force: true })
  }
}

/**
 * Takes the lock, or answers who has it.
 * @param {string} file
 * @returns {string | undefined}
 */
function take(file) {
  const mine = `${file}.${processIdentity()}`
  writeFileSync(mine, processIdentity())
  try {
    for (;;) {
      try {
        // A link appears with its content, or not at all.
        linkSync(mine, file)
        return undefined
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error
      }
      const owner = ownerOf(file)
      if (owner !== undefined && isAlive(owner)) return owner
      // Moved aside, not deleted: between the look and now, a third process may have done this and taken the lock.
      // Then two work at once, which costs time and no correctness (see cache.mjs).
      moveAside(file, `${mine}.stale`)
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

/** @param {string} file */
function ownerOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * @param {string} file
 * @param {string} aside
 */
function moveAside(file, aside) {
  try {
    renameSync(file, aside)
    rmSync(aside, { force: true })
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}
