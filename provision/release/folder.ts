import { hash as sumOf, randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, symlink, utimes } from 'node:fs/promises'
import { join, normalize, relative } from 'node:path'
import type { DesiredRelease } from '../desired.ts'
import { OperatorError } from '../errors.ts'
import { rootFile, type Host } from '../host.ts'
import { formatEnv } from './env-file.ts'

export const appFolder = '/opt/shoestring/app'
export const releasesFolder = `${appFolder}/releases`
export const currentLink = `${appFolder}/current`
/** Written last: a folder without it was never finished. */
const markerName = 'release.json'

export const unitOf = (hash: string): string => `app@${hash}.service`
/** People's site and that of the admins listen apart. */
const sockets = ['app.sock', 'admin.sock'] as const
export const socketOf = (hash: string, name: (typeof sockets)[number] = 'app.sock'): string =>
  `/run/app-${hash}/${name}`

/** A release as it lies on the host. */
export interface Folder {
  hash: string
  version: string
  /** When it was unpacked or switched to or from, whichever was last, in ms since 1970. */
  usedMs: number
}

/** The finished releases, last used first. */
export async function readFolders(host: Host): Promise<Folder[]> {
  const hashes = (await host.list(releasesFolder)).filter((name) => isHash(name))
  const folders = await Promise.all(
    hashes.map(async (hash) => {
      const path = `${releasesFolder}/${hash}/${markerName}`
      const marker = await host.read(path)
      if (marker === undefined) return []
      const { version } = JSON.parse(marker) as { version: string }
      return [{ hash, version, usedMs: (await lstat(path)).mtimeMs }]
    }),
  )
  return folders.flat().toSorted((a, b) => b.usedMs - a.usedMs)
}

/** Notes that a release is or was in use until now, so that pruning finds it last. */
export async function noteUse(hash: string, time = new Date()): Promise<void> {
  await utimes(`${releasesFolder}/${hash}/${markerName}`, time, time).catch(() => undefined)
}

/** Paths in the release's folder that aren't as they were shipped, or don't belong there. */
export async function readDamage(host: Host, desired: DesiredRelease): Promise<string[]> {
  const folder = `${releasesFolder}/${desired.hash}`
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  const expected = contents(desired)
  const differing = await Promise.all(
    [...expected].map(async ([path, { sha256, mode }]) => {
      const file = join(folder, path)
      const [now, stat] = await Promise.all([readFile(file), lstat(file)]).catch(() => [])
      const same = now !== undefined && sumOf('sha256', now) === sha256
      return same && (stat?.mode ?? 0) % 0o1000 === mode && stat?.uid === 0 ? [] : [path]
    }),
  )
  const stray = paths.filter((path) => !expected.has(path) && !reserved.has(path))
  const links = await Promise.all(sockets.map((name) => host.link(`${folder}/${name}`)))
  const bent = sockets.filter((name, index) => links[index] !== socketOf(desired.hash, name))
  return [...differing.flat(), ...stray, ...bent]
}

/** Makes the folder beside its place and moves it there whole. */
export async function unpack(host: Host, desired: DesiredRelease): Promise<void> {
  const { hash, version } = desired
  const folder = `${releasesFolder}/${hash}`
  const fresh = `${releasesFolder}/.${hash}.${randomBytes(6).toString('hex')}`
  await mkdir(fresh, { recursive: true, mode: 0o755 })
  for (const [path, { content, mode }] of contents(desired)) {
    if (content === undefined) refuse(`"${path}" was not sent`)
    await host.write(`${fresh}/${path}`, content, { ...rootFile, mode })
  }
  // The web server follows `current` to these links, so one link decides which release is asked.
  for (const name of sockets) await symlink(socketOf(hash, name), `${fresh}/${name}`)
  await host.write(`${fresh}/${markerName}`, `${JSON.stringify({ version })}\n`, rootFile)
  await host.remove(folder)
  await rename(fresh, folder)
}

/** Names in the releases' folder that are neither finished releases nor anybody else's: what a crash left. */
export async function readLeftovers(host: Host, finished: Folder[]): Promise<string[]> {
  const names = await host.list(releasesFolder)
  return names.filter(
    (name) =>
      /^\.[0-9a-f]+\.[0-9a-f]{12}$/.test(name) ||
      (isHash(name) && !finished.some(({ hash }) => hash === name)),
  )
}

interface Content {
  sha256: string
  mode: number
  content?: Buffer
}

function contents({ hash, version, files, settings }: DesiredRelease) {
  if (!isHash(hash)) refuse(`its hash "${hash}" isn't one`)
  const entries = Object.entries(files).map(([path, { sha256, content }]): [string, Content] => {
    const clean = normalize(path)
    if (clean.startsWith('..') || clean.startsWith('/') || reserved.has(clean))
      refuse(`"${path}" can't lie in it`)
    return [
      clean,
      { sha256, mode: 0o644, ...(content !== undefined && { content: Buffer.from(content, 'base64') }) },
    ]
  })
  // Last in the list, so that no setting can claim to be another release.
  const environment = { ...settings, APP_RELEASE: hash, APP_VERSION: version }
  const env = formatEnv(environment)
  const ofEnv = { sha256: sumOf('sha256', env), mode: 0o600, content: Buffer.from(env) }
  return new Map<string, Content>([...entries, ['env', ofEnv]])
}

const reserved = new Set<string>(['env', ...sockets, markerName, '.'])

function isHash(name: string): boolean {
  return /^[0-9a-f]{6,64}$/.test(name)
}

function refuse(why: string): never {
  throw new OperatorError('impossible release', { why, fix: 'this is a bug in what made the release' })
}
