import type { Machines } from '../machines.ts'
import type { Jobs } from './state/jobs.ts'
import type { Watch } from './monitoring/watch.ts'
import type { RateLimits } from './wire/rate-limit.ts'
import type { Log } from './wire/request-log.ts'
import type { Store } from './state/store.ts'

/** What every resource of the API works with. */
export interface Cloud {
  readonly store: Store
  readonly machines: Machines
  readonly jobs: Jobs
  readonly log: Log
  readonly now: () => Date
  /** Waits as long as the lab was told that an action of this type takes. */
  readonly delay: (actionType: string) => Promise<void>
  /** May be changed while the API runs. */
  readonly limits: RateLimits
  /** Sees to alerts and uptime checks. */
  readonly watch: Watch
}
