import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { keptPiece, makeOnce } from './cache.mjs'
import { findOnPath } from './on-path.mjs'
import { run } from './run.mjs'

/** What tests run and npm does not have, by the list of all that it needs. */
const lists = {
  pydo: '../clients/pydo/requirements.txt',
  schemathesis: '../../app/fuzz/requirements.txt',
}

/** @typedef {keyof typeof lists} PythonPackage */

/**
 * A package that the cache keeps for the Python of this machine.
 * @param {string} cache
 * @param {PythonPackage} name
 * @returns {Promise<{ python: string, packages: string } | undefined>}
 */
export async function keptPython(cache, name) {
  const python = await findPython()
  const kept = python && keptPiece(cache, pieceKey(name, python.tag))
  return kept && { python: python.path, packages: kept.path }
}

/**
 * Has pip put a package and all it needs into a folder of the cache, each file by its sum. No virtual environment:
 * Debian has those in a package of their own.
 * @param {string} cache
 * @param {PythonPackage} name
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 */
export async function obtainPython(cache, name, { log, say }) {
  const python = await findPython()
  if (!python) throw new Error('there is no python3 with pip; on Debian: apt-get install python3-pip')
  await makeOnce(
    cache,
    pieceKey(name, python.tag),
    async (folder) => {
      const only = ['--require-hashes', '--no-deps', '--only-binary', ':all:']
      const quiet = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off']
      // Without these a machine that reaches no registry would wait for minutes.
      const bounds = ['--retries', '1', '--timeout', '15']
      const how = [...only, ...quiet, ...bounds, '--target', folder, '-r', listOf(name)]
      const install = ['-m', 'pip', 'install', ...how]
      await run(python.path, install, { log, say, tells: (line) => line.startsWith('ERROR') })
      return python.path
    },
    (owner) => say(`waiting for ${owner}, which makes the same`),
  )
}

/** @param {PythonPackage} name */
const listOf = (name) => fileURLToPath(new URL(lists[name], import.meta.url))

/**
 * By content and by Python: wheels are for one version of it.
 * @param {PythonPackage} name
 * @param {string} tag
 */
function pieceKey(name, tag) {
  const hash = createHash('sha256')
    .update(readFileSync(listOf(name)))
    .digest('hex')
    .slice(0, 10)
  return `${name}-${tag}-${hash}`
}

/** The first Python on PATH, else Debian's own; what has no pip is passed over. */
async function findPython() {
  for (const folders of [process.env['PATH'] ?? '', '/usr/bin']) {
    const path = findOnPath('python3', folders)
    const tag = path && (await tagOf(path))
    if (tag) return { path, tag }
  }
  return undefined
}

/** @param {string} python */
async function tagOf(python) {
  const ask =
    'import importlib.util as u, sys, sysconfig; u.find_spec("pip") or sys.exit(1); ' +
    'print(sys.implementation.cache_tag, sysconfig.get_platform(), sep="-")'
  try {
    return (await promisify(execFile)(python, ['-c', ask], { timeout: 10_000 })).stdout.trim()
  } catch {
    return undefined
  }
}
