import type { Cloud } from '../cloud.ts'
import type { Clock } from './clock.ts'
import type { Delays } from './delays.ts'
import type { Faults } from './faults.ts'
import type { Lag } from './lag.ts'
import type { RecentLog } from './recent-log.ts'

/** What the routes under `/_lab` work on. */
export interface Lab {
  readonly cloud: Cloud
  readonly faults: Faults
  readonly lag: Lag
  readonly delays: Delays
  readonly clock: Clock
  readonly recent: RecentLog
}
