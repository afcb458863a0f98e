import type { Db } from './database/connect.ts'
import type { ErrorReports } from './error-reports/error-reports.ts'
import type { Limits } from './limits/limits.ts'
import type { Outbox } from './mail/outbox.ts'
import type { Counters } from './metrics/counters.ts'
import type { CommonPasswords } from './passwords/common-passwords.ts'
import type { Passwords } from './passwords/passwords.ts'
import type { SessionStore } from './sessions/store.ts'
import type { Settings, Site } from './settings.ts'

/** What features are handed. */
export interface Parts {
  db: Db
  passwords: Passwords
  common: CommonPasswords
  limits: Limits
  outbox: Outbox
  sessions: SessionStore
  counters: Counters
  reports: ErrorReports
  settings: Settings
}

/** The same, and which of the two sites is being built. */
export interface SiteParts extends Parts {
  site: Site
}
