import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

/**
 * The first program of that name on PATH.
 * @param {string} name
 * @param {string} path as in the environment: folders with colons between
 * @returns {string | undefined}
 */
export function findOnPath(name, path) {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram)
}

/**
 * A tool that is on PATH in a version that fits, with its companions beside it.
 * @param {import('./tools.mjs').Tool} tool
 * @param {string} path
 * @returns {Promise<{ path: string, version: string } | undefined>}
 */
export async function toolOnPath(tool, path) {
  const found = findOnPath(tool.program, path)
  if (!found || !tool.companions.every((name) => isProgram(join(dirname(found), name)))) return undefined
  const version = await versionOf(found, tool.versionArgs)
  return version && tool.fits(version) ? { path: found, version } : undefined
}

/**
 * The version a program says it has: the first `1.2.3` it prints.
 * @param {string} program
 * @param {string[]} args
 */
export async function versionOf(program, args) {
  // Else pulumi asks the network for a newer one.
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' }
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: 10_000, env })
    return /\d+\.\d+(\.\d+)?/.exec(`${stdout}\n${stderr}`)?.[0]
  } catch {
    return undefined
  }
}

/**
 * Tells a program that was replaced from the one that was looked at.
 * @param {string} path
 */
export function programStamp(path) {
  try {
    const { size, mtimeMs } = statSync(path)
    return `${size}-${mtimeMs}`
  } catch {
    return undefined
  }
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
