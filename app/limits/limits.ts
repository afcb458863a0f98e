import { createHash } from 'node:crypto'
import type { Fragment } from 'postgres'
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
    const db = this.#db
    const [{ wait }] = await db<[{ wait: number }]>`select ${this.taking(...buckets)} as wait`
    refuseFor(wait)
  }

  /** Undoes a take: the try was a good one. */
  async giveBack(...buckets: Bucket[]): Promise<void> {
    await this.#db`select ${this.givingBack(...buckets)}`
  }

  /** Does what somebody may try so often: only what fails is counted. */
  async attempt<T>(buckets: readonly Bucket[], work: () => Promise<T>): Promise<T> {
    await this.take(...buckets)
    const done = await work()
    await this.giveBack(...buckets)
    return done
  }

  /** To take as a part of a statement: the seconds to wait, for `refuseFor`. */
  taking(...buckets: Bucket[]): Fragment {
    const capacities = buckets.map(([kind]) => rules[kind].burst * rules[kind].everySeconds * this.#factor)
    return this.#db`take_tries(${keysOf(buckets)}::text[], ${everyOf(buckets)}::int[], ${capacities}::float8[])`
  }

  /** To give back as a part of a statement. */
  givingBack(...buckets: Bucket[]): Fragment {
    return this.#db`give_back_tries(${keysOf(buckets)}::text[], ${everyOf(buckets)}::int[])`
  }
}

/** Refuses whoever has to wait. */
export function refuseFor(waitSeconds: number): void {
  if (waitSeconds > 0) throw new TooManyTries({ retryAfterSeconds: Math.ceil(waitSeconds) })
}

const everyOf = (buckets: Bucket[]): number[] => buckets.map(([kind]) => rules[kind].everySeconds)

/** The table tells nobody's address. */
const keysOf = (buckets: Bucket[]): string[] =>
  buckets.map(([kind, subject]) =>
    createHash('sha256').update(`${kind} ${subject.toLowerCase()}`).digest('base64url').slice(0, 22),
  )
