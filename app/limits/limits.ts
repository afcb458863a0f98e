import { createHash } from 'node:crypto'
import type { Db } from '../database/connect.ts'
import { refusal } from '../http/refusals.ts'

export const TooManyTries = refusal('TOO_MANY_TRIES', 429)

/** How many at once, and how long until there is one more. Never a lock: who waits comes in. */
export interface Rule {
  burst: number
  everySeconds: number
}

/** All limits of the service; SECURITY.md says why each is what it is. */
export const rules = {
  /** Wrong passwords and codes for one account, from browsers that it does not know. */
  account: { burst: 10, everySeconds: 60 },
  /** The same from one browser from which the account was signed in to before. */
  device: { burst: 10, everySeconds: 15 },
  /** Wrong passwords from one network. */
  network: { burst: 40, everySeconds: 10 },
  /** Mails to one address that somebody asked for without being signed in. */
  mailTo: { burst: 4, everySeconds: 900 },
  /** Mails that one network asked for. */
  mailFrom: { burst: 20, everySeconds: 60 },
  /** Wrong codes of mailed links from one network. */
  link: { burst: 20, everySeconds: 30 },
  /** Wrong one-time codes and recovery codes of one account. */
  code: { burst: 5, everySeconds: 60 },
  /** Challenges for passkeys that one network asked for; a page of sign-in asks for one when it opens. */
  challenge: { burst: 60, everySeconds: 2 },
  /** Addresses that one account asked to move to. */
  move: { burst: 5, everySeconds: 600 },
  /** Names that one account was given: each is a line of its history. */
  rename: { burst: 10, everySeconds: 60 },
  /** Files of all that is kept about one account. */
  export: { burst: 5, everySeconds: 600 },
} as const satisfies Record<string, Rule>

export type Kind = keyof typeof rules
export type Bucket = readonly [Kind, string]

/** Counts in Postgres, so that two releases and a restart count on. */
export class Limits {
  readonly #db: Db
  /** Makes every limit so many times wider; for measuring, never in production. */
  readonly #factor: number

  constructor(db: Db, factor = 1) {
    this.#db = db
    this.#factor = factor
  }

  /** Takes one of each; refuses with the time to wait where there is none. */
  async take(...buckets: Bucket[]): Promise<void> {
    const rows = buckets.map(([kind, subject]) => ({
      key: keyOf(kind, subject),
      every: rules[kind].everySeconds,
      capacity: rules[kind].burst * rules[kind].everySeconds * this.#factor,
    }))
    const db = this.#db
    const found = await db<{ wait: number }[]>`
      with asked as (
        select * from unnest(${rows.map(({ key }) => key)}::text[], ${rows.map(({ every }) => every)}::int[],
          ${rows.map(({ capacity }) => capacity)}::float8[]) as t (key, every, capacity)
      ), taken as (
        insert into limits as l (key, empty_at)
        select key, now() + make_interval(secs => every) from asked order by key
        on conflict (key) do update set empty_at = greatest(l.empty_at, now()) + (excluded.empty_at - now())
        returning key, empty_at
      )
      select extract(epoch from empty_at - now())::float8 - capacity as wait
      from taken join asked using (key) where empty_at - now() > make_interval(secs => capacity)`
    if (found.length === 0) return
    // What was refused is not counted, or whoever goes on trying would never come in again.
    await this.giveBack(...buckets)
    throw new TooManyTries({ retryAfterSeconds: Math.ceil(Math.max(1, ...found.map(({ wait }) => wait))) })
  }

  /** Undoes a take: the try was a good one. */
  async giveBack(...buckets: Bucket[]): Promise<void> {
    const keys = buckets.map(([kind, subject]) => keyOf(kind, subject))
    const every = buckets.map(([kind]) => rules[kind].everySeconds)
    await this.#db`
      update limits l set empty_at = l.empty_at - make_interval(secs => t.every)
      from unnest(${keys}::text[], ${every}::int[]) as t (key, every) where l.key = t.key`
  }
}

/** The table tells nobody's address. */
const keyOf = (kind: Kind, subject: string): string =>
  createHash('sha256').update(`${kind} ${subject.toLowerCase()}`).digest('base64url').slice(0, 22)
