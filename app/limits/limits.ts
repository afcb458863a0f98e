import { createHmac } from 'node:crypto'
import type { Fragment } from 'postgres'
import type { Queries } from '../database/connect.ts'
import { refusal, Refusal } from '../http/refusals.ts'

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
  /** Mails to one address that somebody signs up with. */
  mailTo: { burst: 4, everySeconds: 900 },
  /** Links for a new password to one address: signing up with it takes none of them from its owner. */
  resetTo: { burst: 4, everySeconds: 900 },
  /** The same where an admin asks for them: no stranger can make an admin wait. */
  resetByAdmin: { burst: 4, everySeconds: 900 },
  /** Mails to one address that accounts want to move to. */
  moveTo: { burst: 4, everySeconds: 900 },
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
  /** Password, factors and recovery codes that somebody who is signed in changed: each is a mail to the owner. */
  change: { burst: 20, everySeconds: 60 },
  /** Sign-ins and steps up of one account that were right: each is a line of its history. */
  right: { burst: 60, everySeconds: 10 },
  /** Mails to one account about browsers that are new to it. */
  newDevice: { burst: 10, everySeconds: 600 },
  /** Names that one account was given: each is a line of its history. */
  rename: { burst: 10, everySeconds: 60 },
  /** Files of all that is kept about one account. */
  export: { burst: 5, everySeconds: 600 },
} as const satisfies Record<string, Rule>

export type Kind = keyof typeof rules
export type Bucket = readonly [Kind, string]

/** Counts in Postgres, so that two releases and a restart count on. */
export class Limits {
  readonly #db: Queries
  readonly #secret: Buffer
  /** Makes every limit so many times wider; for measuring, never in production. */
  readonly #factor: number
  /** By key, how many tries are under way here. */
  readonly #underWay = new Map<string, number>()

  /** With the secret the keys of buckets are made, so that who reads the table can't try addresses on it. */
  constructor(db: Queries, secret: Buffer, factor = 1) {
    this.#db = db
    this.#secret = secret
    this.#factor = factor
  }

  /** The same counts, taken in a transaction: who holds a connection must not wait for another one. */
  within(queries: Queries): Pick<Limits, 'take' | 'tryTake'> {
    return new Limits(queries, this.#secret, this.#factor)
  }

  /** Takes one of each; refuses with the time to wait where there is none. */
  async take(...buckets: Bucket[]): Promise<void> {
    const wait = await this.#wait(buckets)
    if (wait > 0) throw tooManyTries(wait)
  }

  /** The same for what is left out where there is none: whether there was one of each. */
  async tryTake(...buckets: Bucket[]): Promise<boolean> {
    return (await this.#wait(buckets)) <= 0
  }

  async #wait(buckets: Bucket[]): Promise<number> {
    const all = buckets.map((bucket) => this.#sizesOf(bucket))
    const [{ wait }] = await this.#db<[{ wait: number }]>`
      select take_tries(${keysOf(all)}, ${everyOf(all)}, ${capacitiesOf(all)}) as wait`
    return wait
  }

  /** Undoes a take. */
  async giveBack(...buckets: Bucket[]): Promise<void> {
    const all = buckets.map((bucket) => this.#sizesOf(bucket))
    await this.#db`select give_back_tries(${keysOf(all)}, ${everyOf(all)})`
  }

  /** Does what somebody may try so often: only what fails is counted, and not that there was no time for it. */
  async attempt<T>(buckets: readonly Bucket[], work: () => Promise<T>): Promise<T> {
    using tried = this.begin(...buckets)
    const [{ filled }] = await this.#db<[{ filled: number[] }]>`select ${tried.filled} as filled`
    tried.admit(filled)
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Refusal && error.statusCode === 503)) await tried.count()
      throw error
    }
  }

  /** The same for who asks in statements of their own: `filled`, then `admit`, then `count` where it failed. */
  begin(...buckets: Bucket[]): Try {
    const places = buckets.map((bucket) => {
      const sizes = this.#sizesOf(bucket)
      const underWay = this.#underWay.get(sizes.key) ?? 0
      this.#underWay.set(sizes.key, underWay + 1)
      return { ...sizes, bucket, underWay }
    })
    return new Try(this.#db, places, (key) => {
      const left = (this.#underWay.get(key) ?? 0) - 1
      if (left > 0) this.#underWay.set(key, left)
      else this.#underWay.delete(key)
    })
  }

  /** A bucket's key, which tells nobody's address, and its sizes in seconds. */
  #sizesOf([kind, subject]: Bucket): Sizes {
    const { burst, everySeconds } = rules[kind]
    const key = createHmac('sha256', this.#secret)
      .update(`${kind} ${subject.toLowerCase()}`)
      .digest('base64url')
      .slice(0, 22)
    return { key, everySeconds, capacity: burst * everySeconds * this.#factor }
  }
}

interface Sizes {
  key: string
  everySeconds: number
  capacity: number
}

interface Place extends Sizes {
  bucket: Bucket
  /** How many others were under way when this one began. */
  underWay: number
}

/**
 * Until it is over a try counts for all that begin after it, as if it had failed: no more get through at once than may
 * fail. A failure is in the table before its try is over, so that who begins meanwhile misses none: it counts as under
 * way, as failed, or for a moment as both.
 */
class Try implements Disposable {
  readonly #db: Queries
  readonly #leave: (key: string) => void
  #places: Place[]

  constructor(db: Queries, places: Place[], leave: (key: string) => void) {
    this.#db = db
    this.#places = places
    this.#leave = leave
  }

  /** As a part of a statement: how full the buckets are, in seconds; none is fuller than full, whatever the clock was. */
  get filled(): Fragment {
    const db = this.#db
    return db`array(
      select least(coalesce(extract(epoch from greatest(empty_at - now(), '0')), 0)::float8, capacity)
      from unnest(${keysOf(this.#places)}::text[], ${capacitiesOf(this.#places)}::float8[])
        with ordinality as asked (key, capacity, place) left join limits using (key)
      order by place)`
  }

  /** Refuses with the time to wait where one of them is too full. Those that are not `counted` are left as they were. */
  admit(filled: number[], counted?: readonly Bucket[]): void {
    const counts = ({ bucket }: Place) => counted?.includes(bucket) ?? true
    const waits = this.#places.map((place, index) => {
      const room = place.capacity - (filled[index] ?? 0) - place.everySeconds
      const full = counts(place) && room < place.underWay * place.everySeconds
      // Nobody waits for those who are under way longer than they are.
      return full ? Math.max(-room, 1) : 0
    })
    const wait = Math.max(...waits)
    if (wait > 0) throw tooManyTries(wait)
    this.#end(this.#places.filter((place) => !counts(place)))
    this.#places = this.#places.filter((place) => counts(place))
  }

  /** Counts it. */
  async count(): Promise<void> {
    await this.#db`${this.counted(this.#db`true`)}`
  }

  /** The same as a part of a statement, where a condition holds; in one order lest two wait for each other. */
  counted(where: Fragment): Fragment {
    const db = this.#db
    return db`
      with counted as (
        select * from unnest(
          ${keysOf(this.#places)}::text[], ${everyOf(this.#places)}::int[], ${capacitiesOf(this.#places)}::float8[]
        ) as t (key, every, capacity)
      )
      insert into limits as l (key, empty_at)
      select key, now() + make_interval(secs => every) from counted where ${where} order by key
      on conflict (key) do update set empty_at = least(
        greatest(l.empty_at, now()) + (excluded.empty_at - now()),
        now() + (select make_interval(secs => counted.capacity) from counted where counted.key = excluded.key))`
  }

  [Symbol.dispose](): void {
    this.#end(this.#places)
  }

  #end(places: Place[]): void {
    for (const { key } of places) this.#leave(key)
  }
}

const tooManyTries = (waitSeconds: number) => new TooManyTries({ retryAfterSeconds: Math.ceil(waitSeconds) })
const keysOf = (all: Sizes[]): string[] => all.map(({ key }) => key)
const everyOf = (all: Sizes[]): number[] => all.map(({ everySeconds }) => everySeconds)
const capacitiesOf = (all: Sizes[]): number[] => all.map(({ capacity }) => capacity)
