import type { Log } from '../wire/request-log.ts'

/** Work that goes on behind the API's answers: one job at a time per key, in order. */
export class Jobs {
  readonly #log: Log
  readonly #now: () => Date
  readonly #lastOf = new Map<string, Promise<boolean>>()

  constructor(log: Log, now: () => Date) {
    this.#log = log
    this.#now = now
  }

  /** Resolves to whether the job went well; a failure is logged under `what`. */
  run(key: string, what: string, job: () => Promise<unknown>): Promise<boolean> {
    const done = (this.#lastOf.get(key) ?? Promise.resolve(true)).then(async () => {
      try {
        await job()
        return true
      } catch (error) {
        this.#log({
          at: this.#now().toISOString(),
          error: `could not ${what}`,
          why: (error as Error).message,
        })
        return false
      }
    })
    this.#lastOf.set(key, done)
    void done.finally(() => {
      if (this.#lastOf.get(key) === done) this.#lastOf.delete(key)
    })
    return done
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#lastOf.size > 0) {
      // Jobs may start others.
      // oxlint-disable-next-line no-await-in-loop
      await Promise.all(this.#lastOf.values())
    }
  }
}
