import { mkdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { $ } from '../network/shell.ts'
import type { MachineSpec } from '../machines.ts'
import type { Place } from './place.ts'

/** Writes onto a new disk what a droplet finds at its first boot with it. */
export async function seedDisk(
  place: Place,
  spec: MachineSpec & { diskOf?: number | undefined },
  nameservers: readonly string[],
): Promise<void> {
  if (existsSync(place.seededFile)) return
  // A host that gets its own disk back is who it was: only what the cloud says of it may be new.
  const files =
    spec.diskOf === spec.id
      ? seedFiles(spec)
      : { ...systemFiles(spec, nameservers), ...cloudInitFiles(spec), ...(await aptFiles()) }
  for (const [path, content] of Object.entries(files)) {
    const file = join(place.root, path)
    await mkdir(dirname(file), { recursive: true })
    // The image may have a link there that leads out of the disk.
    await rm(file, { force: true })
    await writeFile(file, content)
  }
  await writeFile(place.seededFile, '')
}

function systemFiles({ name }: MachineSpec, nameservers: readonly string[]): Record<string, string> {
  return {
    // Empty: the host gives itself an id at its first boot.
    'etc/machine-id': '',
    // The image's caches are in order: the first boot need not build them again.
    'etc/.updated': '',
    'var/.updated': '',
    'etc/hostname': `${name}\n`,
    'etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
    'etc/resolv.conf': nameservers.map((address) => `nameserver ${address}\n`).join(''),
  }
}

function cloudInitFiles(spec: MachineSpec): Record<string, string> {
  // The network is there before the host is.
  const own = { datasource_list: ['NoCloud'], network: { config: 'disabled' } }
  return { ...seedFiles(spec), 'etc/cloud/cloud.cfg.d/95-droplet.cfg': yamlLines(own) }
}

/** What DigitalOcean's metadata service would tell: a host with an id it doesn't know yet makes itself new keys. */
function seedFiles({ id, name, sshKeys, userData }: MachineSpec): Record<string, string> {
  const seed = 'var/lib/cloud/seed/nocloud'
  const metaData = { 'instance-id': String(id), 'local-hostname': name, 'public-keys': sshKeys }
  // As on DigitalOcean: root logs in with the account's keys, and nobody else is there.
  const vendorData = { disable_root: false, manage_etc_hosts: true, users: [] }
  return {
    [`${seed}/meta-data`]: JSON.stringify(metaData),
    [`${seed}/vendor-data`]: `#cloud-config\n${JSON.stringify(vendorData)}`,
    [`${seed}/user-data`]: userData ?? '',
  }
}

/** Where this machine's apt needs a proxy, or lives with an old mirror, the host's does too. */
async function aptFiles(): Promise<Record<string, string>> {
  const wanted = /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date) /
  const settings = (await $`apt-config dump`.nothrow()).lines().filter((line) => wanted.test(line))
  return settings.length > 0 ? { 'etc/apt/apt.conf.d/95-as-outside': `${settings.join('\n')}\n` } : {}
}

/** A line a key: cloud-init's ds-identify reads its list with a shell, not with a YAML parser. */
const yamlLines = (values: Record<string, unknown>) =>
  Object.entries(values)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('')
