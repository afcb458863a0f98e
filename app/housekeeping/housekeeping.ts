import type { FastifyBaseLogger } from 'fastify'
import type { Db, Queries } from '../database/connect.ts'
import { sweeps } from './sweeps.ts'

const everyMs = 5 * 60_000
/** Not while the service still starts. */
const firstAfterMs = 20_000
/** Any number that nothing else locks. */
const lock = 5_316_112_301

/** Erases whatever has expired, every few minutes; of two releases that run side by side, one does. */
export class Housekeeping {
  readonly #db: Db
  readonly #log: FastifyBaseLogger
  #timer: NodeJS.Timeout | undefined
  #running: Promise<unknown> | undefined
  #stopped = false

  constructor(db: Db, log: FastifyBaseLogger) {
    this.#db = db
    this.#log = log
  }

  start(): void {
    this.#next(firstAfterMs)
  }

  /** Ends the sweep that is under way and begins none. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  /** Sweeps once, unless another does; answers how many rows of each kind went. */
  async sweep(): Promise<Record<string, number>> {
    const connection = await this.#db.reserve()
    try {
      const [{ ours }] = await connection<[{ ours: boolean }]>`select pg_try_advisory_lock(${lock}) as ours`
      if (!ours) return {}
      const gone = await this.#sweepOut(connection)
      await connection`select pg_advisory_unlock(${lock})`
      if (Object.keys(gone).length > 0) this.#log.info({ event: 'swept', ...gone }, 'erased what has expired')
      return gone
    } finally {
      connection.release()
    }
  }

  async #sweepOut(db: Queries): Promise<Record<string, number>> {
    const gone: Record<string, number> = {}
    for (const [kind, sweepOut] of Object.entries(sweeps)) {
      if (this.#stopped) break
      try {
        // Each a transaction of its own: what can't be swept holds nothing else up, and no row is locked for long.
        const count = await sweepOut(db)
        if (count > 0) gone[kind] = count
      } catch (error) {
        this.#log.warn({ kind, code: codeOf(error) }, 'what has expired could not be erased')
      }
    }
    return gone
  }

  async #sweepAndGoOn(): Promise<void> {
    try {
      await this.sweep()
    } catch (error) {
      this.#log.warn({ code: codeOf(error) }, 'housekeeping waits: the database can not be reached')
    }
    this.#next(everyMs)
  }

  #next(afterMs: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#running = this.#sweepAndGoOn()
    }, afterMs).unref()
  }
}

/** Postgres's words may hold somebody's value; its code does not. */
const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code
