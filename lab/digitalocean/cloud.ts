import type { Machines } from '../machines.ts'
import type { Jobs } from './jobs.ts'
import type { Log } from './request-log.ts'
import type { Store } from './store.ts'

/** What every resource of the API works with. */
export interface Cloud {
  readonly store: Store
  readonly machines: Machines
  readonly jobs: Jobs
  readonly log: Log
  readonly now: () => Date
}
