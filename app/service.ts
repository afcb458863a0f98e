import type { Server } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify'
import { Pool } from 'pg'
import { buildSite } from './app.ts'
import { connect } from './database/connect.ts'
import { Housekeeping } from './housekeeping/housekeeping.ts'
import { ErrorReports } from './error-reports/error-reports.ts'
import { Limits } from './limits/limits.ts'
import { openMailer } from './mail/mailer.ts'
import { Outbox } from './mail/outbox.ts'
import { Sender } from './mail/sender.ts'
import { countedMailer } from './metrics/counted-mailer.ts'
import { Counters } from './metrics/counters.ts'
import { metricsServer } from './metrics/server.ts'
import type { Parts } from './parts.ts'
import { CommonPasswords } from './passwords/common-passwords.ts'
import { Passwords } from './passwords/passwords.ts'
import { SessionStore } from './sessions/store.ts'
import type { Settings, Site } from './settings.ts'

export interface Service {
  parts: Parts
  sites: Record<Site, FastifyInstance>
  /** For the machine alone: on no site. */
  metrics: Server
  log: FastifyBaseLogger
  /** Ends what has begun, then lets go of mail and database. */
  close(): Promise<void>
}

export interface ServiceOptions {
  logger: NonNullable<FastifyServerOptions['logger']>
  limitFactor?: number
}

/** The whole of it, wired and ready to listen. */
export async function openService(
  settings: Settings,
  { logger, limitFactor }: ServiceOptions,
): Promise<Service> {
  const db = connect(settings.database)
  const pool = new Pool({
    host: settings.database.host,
    database: settings.database.name,
    ...(settings.database.user !== undefined && { user: settings.database.user }),
    max: 3,
    connectionTimeoutMillis: 3000,
    idleTimeoutMillis: 300_000,
  })
  const outbox = new Outbox(db)
  const parts: Parts = {
    db,
    passwords: new Passwords(db),
    common: CommonPasswords.open(),
    limits: new Limits(db, settings.secret, limitFactor),
    outbox,
    sessions: new SessionStore(pool),
    counters: new Counters(),
    reports: new ErrorReports(settings.errorAddress, settings.release),
    settings,
  }
  const running = { version: settings.version, release: settings.release, since: new Date() }
  const behindProxy = 'path' in settings.listen.app
  const app = await buildSite('app', parts, { running, logger, behindProxy })
  const admin = await buildSite('admin', parts, { running, logger, behindProxy })
  // An idle connection that breaks is replaced by the next query; that is worth a line, not an end.
  pool.on('error', ({ message }) => app.log.warn(`a connection to Postgres broke: ${message}`))
  const mailer = countedMailer(openMailer(settings.mail), parts.counters)
  const sender = new Sender({ db, settings }, mailer, app.log)
  outbox.onMail(() => sender.wake())
  sender.start()
  const housekeeping = new Housekeeping(db, app.log)
  housekeeping.start()
  const metrics = metricsServer(parts)
  return {
    parts,
    sites: { app, admin },
    metrics,
    log: app.log,
    async close() {
      metrics.close()
      await Promise.all([app.close(), admin.close()])
      await Promise.all([sender.stop(), housekeeping.stop(), parts.reports.settled()])
      await Promise.all([db.end({ timeout: 5 }), pool.end()])
    },
  }
}
