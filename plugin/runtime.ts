import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { lastLines } from '../provision/errors.ts'
import type { Ssh } from './ssh.ts'

/** A file that a host needs and that goes there byte for byte. */
export interface Shipment {
  /** What people call it, `Caddy 2.11.9`. */
  readonly name: string
  readonly source: string
  /** Where it lies on the host. */
  readonly target: string
  readonly sha256: string
}

export const nodeVersion = process.versions.node
const nodeFolder = '/opt/shoestring/node'

/** The interpreter a host runs provisioning and the app with: this one. */
export const nodeOnHost = `${nodeFolder}/${nodeVersion}/bin/node`
export const currentNode = `${nodeFolder}/current/bin/node`

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  // In pieces of a megabyte: of 58 MB in the usual 64 KB, reading takes longer than hashing.
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}

/** Which of the shipments the host does not have. */
export async function missing<Sent extends Pick<Shipment, 'target'>>(
  ssh: Ssh,
  shipments: readonly Sent[],
): Promise<Sent[]> {
  const { stdout } = await ssh.run(
    shipments.map(({ target }) => `[ -e ${target} ] && echo ${target}`).join('; '),
  )
  const there = new Set(stdout.split('\n'))
  return shipments.filter(({ target }) => !there.has(target))
}

/** Sends a file, checks it there, and puts it in place only when it is whole. */
export async function ship(ssh: Ssh, { name, source, target, sha256: sum }: Shipment): Promise<void> {
  const command = [
    'set -e',
    // A hardened login's is stricter, and units that don't run as root start this file.
    'umask 022',
    `mkdir -p "$(dirname ${target})"`,
    `part=$(mktemp ${target}.XXXXXX)`,
    `trap 'rm -f "$part"' EXIT`,
    'gunzip > "$part"',
    `echo "${sum}  $part" | sha256sum --check --quiet`,
    'chmod 755 "$part"',
    'sync "$part"',
    `mv "$part" ${target}`,
  ].join('\n')
  // Fast rather than small: a home's uplink is the bound from level 1 on, a lab's processor below it.
  const input = createReadStream(source).pipe(createGzip({ level: 1 }))
  const { code, stderr } = await ssh.run(command, { input })
  if (code !== 0) throw new Error(`${name} did not arrive whole: ${lastLines(stderr, 1)}`)
}

/** What Debian brings to a host, and the files that decide how. */
export interface DebianPackages {
  readonly names: readonly string[]
  /** Content by path; what steps own, there before their time. */
  readonly files: Readonly<Record<string, string>>
  /** Units of these packages that are never to start, so that they don't while they are installed. */
  readonly idle: readonly string[]
  /** Units among the files that start at boot. */
  readonly enabled: readonly string[]
}

/**
 * Installs all packages of a fresh Debian in one go, for it lacks Node's own library too: the runtime is sent meanwhile.
 * A mirror that has only some of them is the packages step's to tell. Answers whether there was anything to do.
 */
export async function installPackages(
  ssh: Ssh,
  { names, files, idle, enabled }: DebianPackages,
): Promise<boolean> {
  const writes = Object.entries(files).map(([path, content]) => {
    const text = Buffer.from(content).toString('base64')
    return `mkdir -p "$(dirname ${path})" && echo ${text} | base64 -d > ${path}.new && chmod 644 ${path}.new && mv ${path}.new ${path}`
  })
  const settings = '/run/shoestring-apt.conf'
  const said = '/run/shoestring-apt-said'
  const install = `apt-get install -c ${settings} -q -y --no-install-recommends -o DPkg::Lock::Timeout=120`
  const command = [
    'export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a LC_ALL=C.UTF-8',
    'ldconfig -p | grep -q libatomic.so.1 && exit',
    'echo installing; umask 022',
    ...writes,
    ...idle.map((unit) => `ln -sfn /dev/null /etc/systemd/system/${unit}`),
    // Packages enable their services and leave it to the steps to start them, with their settings in place. Otherwise
    // systemd would read all its units again after each package: a quarter of the processor time.
    'export SYSTEMD_OFFLINE=1',
    `systemctl enable -q ${enabled.join(' ')} >&2`,
    // Debconf reads the questions of all packages first, so that somebody can answer them in one go: nobody is asked.
    `echo '#clear DPkg::Pre-Install-Pkgs;' > ${settings}`,
    // A run before may have been killed while dpkg was at work.
    '[ -z "$(dpkg --audit)" ] || dpkg --configure -a >&2',
    // apt may be busy, as it is on a droplet's first boot.
    // Two minutes for whoever holds the lists, ten seconds for a network that has only just come up.
    `for try in $(seq 60); do
       apt-get update -q 2> ${said} && break
       grep -q 'Could not get lock' ${said} || [ $try -lt 5 ] || { cat ${said} >&2; exit 1; }
       sleep 2
     done >&2`,
    `cat ${said} >&2`,
    `${install} ${names.join(' ')} >&2 || ${install} libatomic1 >&2 || exit`,
    'SYSTEMD_OFFLINE=0 systemctl daemon-reload >&2',
  ].join('\n')
  const { code, stdout, stderr } = await ssh.run(command)
  if (code === 0) return stdout !== ''
  throw new Error(
    `packages: could not install libatomic1, which Node needs\n  why   ${reasonOfApt(stderr)}\n` +
      '  next  see that the host reaches a Debian mirror, then run pulumi up again',
  )
}

/** What went wrong first: that a package can't be found comes of a mirror that can't be read. */
export function reasonOfApt(stderr: string): string {
  const complaint = /^(?:E: (?!Unable to locate)|W: (?:Failed to fetch|GPG error|OpenPGP)).*/m.exec(stderr)
  return complaint?.[0] ?? lastLines(stderr, 1)
}

/** Makes this Node the one that the host's units run, and drops others: all but what the app still starts with. */
export async function activateNode(ssh: Ssh): Promise<void> {
  const { code, stderr } = await ssh.run(
    [
      `cd ${nodeFolder}`,
      `[ "$(readlink current)" = ${nodeVersion} ] || { ln -sfn ${nodeVersion} next && mv -T next current; }`,
      `for version in [0-9]*; do
         [ "$version" = ${nodeVersion} ] || grep -qsF "/$version/" /etc/systemd/system/app@.service || rm -rf "$version"
       done`,
    ].join(' && '),
  )
  if (code !== 0) throw new Error(`could not switch the host to Node ${nodeVersion}: ${stderr.trim()}`)
}
