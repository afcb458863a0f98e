import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { locked } from './lock.mjs'
import { fullDiskOr } from './machine.mjs'
import { isAlive, processIdentity } from './process-identity.mjs'

const making = '.making-'
const receipt = 'made.json'

/**
 * Where everything is kept that takes long to make, for all clones of a user.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function cacheFolder(env = process.env) {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'shoestring')
}

/**
 * A piece of the cache that is complete, and what its maker said about it.
 * @param {string} cache
 * @param {string} key
 * @returns {{ path: string, about: string } | undefined}
 */
export function keptPiece(cache, key) {
  const path = join(cache, key)
  try {
    return { path, about: JSON.parse(readFileSync(join(path, receipt), 'utf8')).about }
  } catch {
    return undefined
  }
}

/**
 * Makes a piece of the cache, once for all processes: in a folder beside, renamed when complete, so that a kill or a
 * full disk never leaves half of one under its name. `make` fills the folder and answers what to remember about it.
 * @param {string} cache
 * @param {string} key
 * @param {(folder: string) => Promise<string>} make
 * @param {(owner: string) => void} [onWait]
 */
export async function makeOnce(cache, key, make, onWait) {
  mkdirSync(cache, { recursive: true })
  return locked(
    join(cache, `${key}.lock`),
    async () => {
      const kept = keptPiece(cache, key)
      if (kept) return kept
      sweep(cache)
      const path = join(cache, key)
      const folder = `${path}${making}${processIdentity()}`
      mkdirSync(folder)
      try {
        const about = await make(folder)
        writeFileSync(join(folder, receipt), JSON.stringify({ about, madeAt: new Date().toISOString() }))
        // Something there without a receipt was not made by us whole: never build on it.
        if (existsSync(path) && !keptPiece(cache, key)) rmSync(path, { recursive: true, force: true })
        if (!existsSync(path)) renameSync(folder, path)
        return { path, about }
      } catch (error) {
        throw fullDiskOr(cache, error)
      } finally {
        remove(folder)
      }
    },
    onWait,
  )
}

/**
 * Removes what processes that are gone had begun.
 * @param {string} cache
 */
function sweep(cache) {
  for (const name of readdirSync(cache)) {
    const [, owner] = name.split(making)
    if (owner && !isAlive(owner)) remove(join(cache, name))
  }
}

/** @param {string} folder */
function remove(folder) {
  // Retries, because a tool that was just killed may still write its last file.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
