import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The packages that have a stand-in. */
export const standInNames = ['digitalocean', 'command'] as const

/** A stand-in's name and version: the engine takes a plugin only under its SDK's exact version. */
export function standIn(name: (typeof standInNames)[number]): { name: string; version: string } {
  return { name, version: sdkVersion(name) }
}

/** The version of one of Pulumi's packages that the program uses; the engine's own is that of `pulumi`. */
export function sdkVersion(name: string): string {
  const file = join(import.meta.dirname, '../../node_modules/@pulumi', name, 'package.json')
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  // Some of Pulumi's packages write it with a v.
  return version.replace(/^v/, '')
}
