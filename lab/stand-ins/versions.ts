import command from '@pulumi/command/package.json' with { type: 'json' }
import digitalocean from '@pulumi/digitalocean/package.json' with { type: 'json' }
import pulumi from '@pulumi/pulumi/package.json' with { type: 'json' }

const packages = { command, digitalocean, pulumi }

/** The packages that have a stand-in. */
export const standInNames = ['digitalocean', 'command'] as const

/** A stand-in's name and version: the engine takes a plugin only under its SDK's exact version. */
export function standIn(name: (typeof standInNames)[number]): { name: string; version: string } {
  return { name, version: sdkVersion(name) }
}

/** The version of one of Pulumi's packages that the program uses; the engine's own is that of `pulumi`. */
export function sdkVersion(name: keyof typeof packages): string {
  // Some of Pulumi's packages write it with a v.
  return packages[name].version.replace(/^v/, '')
}
