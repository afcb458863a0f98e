import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { SetupError } from './setup-error.mjs'

/**
 * The lab makes network namespaces, mounts and containers.
 * @param {string} what what the person ran: `start`
 */
export function requireLinuxRoot(what, platform = process.platform, user = process.getuid?.() ?? 0) {
  if (platform !== 'linux') {
    throw new SetupError('the lab needs Linux', {
      why: `its hosts are Linux containers, and this machine runs ${platform}`,
      fix: 'use a Debian 12 or 13 machine or virtual machine; `npm run check` works here',
    })
  }
  if (user !== 0) {
    const command = what === 'lab' ? 'npm run lab -- up' : `npm ${what}`
    throw new SetupError('the lab needs root', {
      why: 'it makes network namespaces, mounts and containers on this machine',
      fix: `sudo env "PATH=$PATH" ${command}`,
    })
  }
}

/**
 * @param {string} folder may not exist yet
 * @param {number} gigabytes
 * @param {(path: string) => { bavail: number, bsize: number }} [statfs]
 */
export function requireSpace(folder, gigabytes, statfs = fs.statfsSync) {
  const free = freeGigabytes(folder, statfs)
  if (free >= gigabytes) return
  throw new SetupError(`less than ${gigabytes} GB of disk are free`, {
    why: `${folder} keeps the engine and the Debian image; its file system has ${free.toFixed(1)} GB left`,
    fix: 'make room, or set XDG_CACHE_HOME to a folder on a larger disk, then run this again',
  })
}

/**
 * The better error where something failed on a disk that is full: the tools' own words are about their files.
 * @param {string} folder
 * @param {unknown} cause
 */
export function fullDiskOr(folder, cause) {
  const free = freeGigabytes(folder, fs.statfsSync)
  if (free > 0.1) return cause
  return new SetupError('the disk is full', {
    why: `${folder} has ${(free * 1000).toFixed(0)} MB left`,
    fix: 'make room, or set XDG_CACHE_HOME to a folder on a larger disk, then run this again',
    cause,
  })
}

/**
 * @param {string} folder
 * @param {((path: string) => { bavail: number, bsize: number }) | undefined} statfs
 */
function freeGigabytes(folder, statfs) {
  // Nodes before 18.15 can not ask.
  if (!statfs) return Infinity
  let existing = folder
  while (!fs.existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  const { bavail, bsize } = statfs(existing)
  return (bavail * bsize) / 1e9
}
