import type { DesiredHost, Request, Templates } from './desired.ts'
import { release } from './release/release.ts'
import { releaseRemoval } from './release/removal.ts'
import type { Step } from './step.ts'
import { appSecret } from './steps/app-secret.ts'
import { caddy } from './steps/caddy.ts'
import { clock } from './steps/clock.ts'
import { database } from './steps/database.ts'
import { fail2ban, fail2banUnitPath } from './steps/fail2ban.ts'
import { fileModes } from './steps/file-modes.ts'
import { fileSums, sumsUnits } from './steps/file-sums.ts'
import { firewall } from './steps/firewall.ts'
import { ground } from './steps/ground.ts'
import { hostname } from './steps/hostname.ts'
import { idleServices } from './steps/idle-services.ts'
import { journal } from './steps/journal.ts'
import { kernel } from './steps/kernel.ts'
import { mountOptions } from './steps/mounts.ts'
import { operators } from './steps/operators.ts'
import { aptFiles, packages } from './steps/packages.ts'
import { plainFiles } from './steps/plain-files.ts'
import { postgres, postgresUnitPath } from './steps/postgres.ts'
import { sshd } from './steps/sshd.ts'
import { swap } from './steps/swap.ts'
import { systemUsers } from './steps/system-users.ts'
import { upgrades } from './steps/upgrades.ts'
import { wayBack, wayBackUnits } from './steps/way-back.ts'
import { wireguard, wireguardPackages } from './steps/wireguard.ts'
import { renderer, type Render } from './template.ts'

const appUser = 'app'

/** What a host gets from Debian. */
export const debianPackages = [
  // Tells an operator who upgrades by hand what changes.
  'apt-listchanges',
  'ca-certificates',
  // Tells which of Debian's files were changed.
  'debsums',
  'fail2ban',
  // Node is linked against it.
  'libatomic1',
  // Refuses weak passwords, should somebody get one.
  'libpam-passwdqc',
  // A temporary folder for each login.
  'libpam-tmpdir',
  // Services with replaced libraries start anew.
  'needrestart',
  'postgresql-17',
  // fail2ban reads the journal with it: Debian has no auth.log any more.
  'python3-systemd',
  'sudo',
  'systemd-timesyncd',
  'ufw',
  'unattended-upgrades',
]

/**
 * What stands before the first package is installed, by path: how apt and dpkg go about it, and units that are the same
 * on every host. Systemd reads all units once after the packages; each of these steps alone would have it read again.
 */
export function early(files: Templates): { files: Record<string, string>; enabled: string[] } {
  const render = renderer(files)
  const paths = [...aptFiles, ...sumsUnits.paths, ...wayBackUnits.paths, fail2banUnitPath, postgresUnitPath]
  return {
    files: Object.fromEntries(paths.map((path) => [path, render(path, wayBackUnits.values)])),
    enabled: [...sumsUnits.enabled, ...wayBackUnits.enabled],
  }
}

/** The steps of a request, in the order in which they build on each other. */
export function playbook(request: Request): Step<unknown>[] {
  const render = renderer(request.files)
  if (request.task === 'release') return [release(request.desired, render)]
  if (request.task === 'release-removal') return [releaseRemoval()]
  const { desired } = request
  const { keepLogins: keep = [] } = desired
  const data = { database: desired.database, role: appUser, owner: `${desired.database}_owner` }
  return [
    ground(),
    // First of all changes, because sudo and others look the host's own name up.
    hostname(desired.hostname, render),
    packages([...debianPackages, ...(desired.wireguard ? wireguardPackages : [])], render),
    ...hardening(desired, render),
    systemUsers([
      { name: appUser, home: '/nonexistent' },
      { name: 'caddy', home: '/var/lib/caddy', groups: [appUser] },
    ]),
    wayBack(render),
    // These can shut the operator out: they follow each other, so that one new connection confirms them.
    ...logins(render),
    operators(desired.operators, render, keep),
    sshd({ operators: desired.operators, rootLogin: keep.includes('root') }, render),
    wireguard(desired.wireguard, render),
    // Before anything listens.
    firewall(desired),
    postgres(data, render),
    database(data),
    appSecret(),
    caddy(desired, render),
    // After everything that brings files and makes services.
    fileModes(),
    fail2ban(desired, render),
  ]
}

/** What every login goes through. */
function logins(render: Render): Step<unknown>[] {
  return [
    plainFiles(
      'accounts',
      [
        '/etc/login.defs',
        '/etc/security/limits.d/99-shoestring.conf',
        '/etc/pam.d/common-auth',
        '/etc/tmpfiles.d/shoestring.conf',
      ],
      render,
    ),
    plainFiles('shells', ['/etc/profile.d/00-shoestring.sh'], render),
  ].map((step) => ({ ...step, guarded: true }))
}

/** What makes the system itself hard to break into and sparing, whatever runs on it. */
function hardening({ rebootTime = '04:00' }: DesiredHost, render: Render): Step<unknown>[] {
  return [
    kernel(render),
    upgrades((path) => render(path, { rebootTime })),
    plainFiles('restarts', ['/etc/needrestart/conf.d/shoestring.conf'], render),
    plainFiles('banner', ['/etc/issue', '/etc/issue.net'], render),
    plainFiles(
      'crashes',
      ['/etc/systemd/system.conf.d/00-shoestring.conf', '/etc/systemd/coredump.conf.d/00-shoestring.conf'],
      render,
    ),
    mountOptions(render),
    journal(render),
    fileSums(render),
    clock(),
    swap(render),
    idleServices(),
  ]
}
