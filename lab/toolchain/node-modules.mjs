import { existsSync, readFileSync, rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { run } from './run.mjs'
import { SetupError, reasonOf } from './setup-error.mjs'

const neededNode = 26

/**
 * Installs what the lockfile says where node_modules says otherwise; npm's own note of what is installed is compared.
 * @param {string} clone
 * @param {import('./progress.mjs').Say} say
 * @param {import('./run.mjs').Log} log
 */
export async function nodeModules(clone, say, log) {
  if (isInstalled(clone)) return undefined
  say.now('npm ci, because package-lock.json and node_modules differ')
  // npm removes its note with everything else and in no order: an npm ci that dies midway must not leave it behind.
  rmSync(join(clone, 'node_modules', '.package-lock.json'), { force: true })
  try {
    await run(
      'npm',
      ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=http'],
      {
        cwd: clone,
        env: withoutRepositoryNode(process.env),
        log,
        say,
        tells: firstErrors(),
      },
    )
  } catch (cause) {
    throw new SetupError('the npm packages could not be installed', {
      why: reasonOf(cause),
      fix: 'see that the npm registry can be reached (npm ping), then run this again',
      cause,
    })
  }
  const count = Object.keys(readLock(join(clone, 'node_modules', '.package-lock.json')) ?? {}).length
  return `${count} npm packages, as package-lock.json says`
}

/**
 * The rest is TypeScript that Node runs as it is. npm has a Node that can, for most machines.
 * @param {string} clone
 */
export function requireNode(clone) {
  const own = join(clone, 'node_modules', '.bin', 'node')
  if (existsSync(own)) {
    const { status, stderr } = spawnSync(own, ['--version'], { encoding: 'utf8' })
    if (status === 0) return
    throw new SetupError(`the Node that npm installed does not run here`, {
      why: stderr.trim().split('\n')[0] || `it ended with ${status}`,
      fix: 'install what it names; on Debian: apt-get install libatomic1',
    })
  }
  if (Number(process.versions.node.split('.')[0]) >= neededNode) return
  throw new SetupError(`Node ${process.versions.node} can not run the rest`, {
    why: `it needs Node ${neededNode}, and npm installed none for ${process.platform} ${process.arch}`,
    fix: `install Node ${neededNode} (https://nodejs.org/en/download), put it first on PATH, then run this again`,
  })
}

/**
 * @param {string} clone
 * @returns {boolean}
 */
function isInstalled(clone) {
  const wanted = readLock(join(clone, 'package-lock.json'))
  const installed = readLock(join(clone, 'node_modules', '.package-lock.json'))
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true
    const found = installed[path]
    if (found) return found.version === version && found.integrity === integrity
    // What is for other machines is rightly absent.
    return optional === true
  })
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} Locked
 * @param {string} file
 * @returns {Record<string, Locked> | undefined}
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** npm says what is wrong first, and then how to use npm. */
function firstErrors() {
  let left = 4
  return (/** @type {string} */ line) => /^npm error \S/.test(line) && left-- > 0
}

/**
 * npm puts node_modules/.bin first in a script's PATH; npm ci is about to delete the Node in there.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutRepositoryNode(env) {
  const path = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
  return { ...env, PATH: path.join(delimiter) }
}
