import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Db } from './database.ts'
import { errors } from './errors.ts'
import { health } from './health/routes.ts'
import type { Running } from './landing/page.ts'
import { landing } from './landing/routes.ts'

export interface Parts {
  db: Pick<Db, 'unsafe'>
  running: Running
  logger: NonNullable<FastifyServerOptions['logger']>
  /** Only the web server can reach it, so what that says about the client is true. */
  behindProxy: boolean
}

/** The app's table of contents: what it answers, and what each part is handed. */
export function buildApp({ db, running, logger, behindProxy }: Parts): FastifyInstance {
  const app = fastify({ logger, trustProxy: behindProxy, bodyLimit: 64 * 1024, requestTimeout: 15_000 })
  errors(app)
  health(app, { db })
  landing(app, running)
  return app
}
