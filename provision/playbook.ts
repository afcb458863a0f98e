import type { Request } from './desired.ts'
import { release } from './release/release.ts'
import { releaseRemoval } from './release/removal.ts'
import type { Step } from './step.ts'
import { caddy } from './steps/caddy.ts'
import { database } from './steps/database.ts'
import { firewall } from './steps/firewall.ts'
import { hostname } from './steps/hostname.ts'
import { operators } from './steps/operators.ts'
import { packages } from './steps/packages.ts'
import { postgres } from './steps/postgres.ts'
import { systemUsers } from './steps/system-users.ts'
import { renderer } from './template.ts'

const appUser = 'app'

/** The steps of a request, in the order in which they build on each other. */
export function playbook(request: Request): Step<unknown>[] {
  const render = renderer(request.files)
  if (request.task === 'release') return [release(request.desired, render)]
  if (request.task === 'release-removal') return [releaseRemoval()]
  const { desired } = request
  const data = { database: desired.database, role: appUser }
  return [
    // First, because sudo and others look the host's own name up.
    hostname(desired.hostname, render),
    // libatomic1: Node is linked against it.
    packages(['ca-certificates', 'libatomic1', 'postgresql-17', 'sudo', 'ufw'], render),
    operators(desired.operators, render),
    systemUsers([
      { name: appUser, home: '/nonexistent' },
      { name: 'caddy', home: '/var/lib/caddy', groups: [appUser] },
    ]),
    // Before anything listens.
    firewall(desired),
    postgres(data, render),
    database(data),
    caddy(desired, render),
  ]
}
