import { lstat } from 'node:fs/promises'
import type { DesiredRelease } from '../desired.ts'
import { readUnits, type Unit } from '../facts/unit.ts'
import type { Host } from '../host.ts'
import { readFiles, type ObservedFiles } from '../owned-file.ts'
import { parseEnv } from './env-file.ts'
import {
  currentLink,
  readDamage,
  readFolders,
  readLeftovers,
  releasesFolder,
  socketOf,
  unitOf,
  type Folder,
} from './folder.ts'
import { readHealth, type Health } from './health.ts'
import { databaseOf, readMigrated } from './migrations.ts'

export const unitPath = '/etc/systemd/system/app@.service'
/** What root works with the app by. */
export const commandPath = '/usr/local/sbin/accounts'

/** The releases on a host, and which of them runs and serves. */
export interface ObservedReleases {
  folders: Folder[]
  leftovers: string[]
  /** The hash that requests are led to. */
  current: string | undefined
  /** Settings of the current release. */
  settings: Record<string, string>
  /** By hash; every release that lies here, runs, or would start at boot. */
  units: Record<string, Unit>
  /** The unit that all releases share, and root's command. */
  files: ObservedFiles
}

/** The same, looked at for one release. */
export interface ObservedRelease extends ObservedReleases {
  /** Paths in the desired release's folder that aren't as shipped. */
  damage: string[]
  /** When the desired release was unpacked, in ms since 1970. */
  unpackedMs: number
  health: Health
  /** Names of the migrations that the database has seen. */
  migrated: string[]
}

export const noReleases: ObservedReleases = {
  folders: [],
  leftovers: [],
  current: undefined,
  settings: {},
  units: {},
  files: {},
}

export const noRelease: ObservedRelease = {
  ...noReleases,
  damage: [],
  unpackedMs: 0,
  health: { healthy: false, said: '' },
  migrated: [],
}

export async function readReleases(host: Host, desired?: string): Promise<ObservedReleases> {
  const [folders, link, wants, running, files] = await Promise.all([
    readFolders(host),
    host.link(currentLink),
    host.list('/etc/systemd/system/multi-user.target.wants'),
    host.list('/run'),
    readFiles(host, [unitPath, commandPath]),
  ])
  const current = link?.replace(/^.*\//, '')
  const hashes = [
    ...new Set([
      ...(desired === undefined ? [] : [desired]),
      ...folders.map(({ hash }) => hash),
      ...hashesIn(wants, /^app@([0-9a-f]+)\.service$/),
      ...hashesIn(running, /^app-([0-9a-f]+)$/),
    ]),
  ]
  const [units, env, leftovers] = await Promise.all([
    readUnits(host, hashes.map(unitOf)),
    current === undefined ? undefined : host.read(`${releasesFolder}/${current}/env`),
    readLeftovers(host, folders),
  ])
  return {
    folders,
    leftovers,
    current,
    settings: parseEnv(env ?? ''),
    units: Object.fromEntries(units.map((unit, index) => [hashes[index] ?? '', unit])),
    files,
  }
}

export async function readRelease(host: Host, desired: DesiredRelease): Promise<ObservedRelease> {
  const [releases, damage, env, health, migrated] = await Promise.all([
    readReleases(host, desired.hash),
    readDamage(host, desired),
    lstat(`${releasesFolder}/${desired.hash}/env`).catch(() => undefined),
    readHealth(socketOf(desired.hash)),
    readMigrated(host, databaseOf(desired)),
  ])
  return { ...releases, damage, unpackedMs: env?.mtimeMs ?? 0, health, migrated }
}

function hashesIn(names: string[], pattern: RegExp): string[] {
  return names.flatMap((name) => pattern.exec(name)?.[1] ?? [])
}
