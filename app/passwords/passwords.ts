import type { Db, Queries } from '../database/connect.ts'
import { digestOf, freshTerms, outdated, type Terms } from './hashing.ts'
import { HashQueue } from './hash-queue.ts'

/** Each takes 19 MiB and a core for tens of milliseconds: two leave room for everybody who is signed in already. */
const running = 2
/** A pool of just those threads lets one more wait at the processors, not for the event loop: a tenth more sign-ins. */
const ready = process.env['UV_THREADPOOL_SIZE'] === String(running) ? 1 : 0
const limits = { running, ready, waiting: 16 }

/** A password as it is kept. */
export type Hashed = Terms & { digest: Buffer }

/** A password that was right, and how that was found out. */
interface Matched {
  password: string
  terms: Terms | undefined
  digest: Buffer
  network: string
}

/** Hashes and compares passwords; no digest ever comes out of the database. */
export class Passwords {
  readonly queue = new HashQueue(limits)
  readonly #db: Db
  /** Computed with where there are no terms at all: before the first password, and for accounts without one. */
  readonly #decoy = freshTerms()

  constructor(db: Db) {
    this.#db = db
  }

  /** The network is the one that asks for it: networks take turns at computing. */
  async hash(password: string, network: string): Promise<Hashed> {
    const terms = freshTerms()
    return { ...terms, digest: await this.digest(password, terms, network) }
  }

  /** Whether a password is an account's. */
  async isOf(accountId: string, password: string, network: string): Promise<boolean> {
    const [terms] = await this.#db<[Terms?]>`select * from password_terms_of(${accountId})`
    const digest = await this.digest(password, terms, network)
    const [{ matches }] = await this.#db<[{ matches: boolean }]>`
      select password_matches(${accountId}, ${digest}) as matches`
    if (matches) await this.renew(accountId, { password, terms, digest, network })
    return matches
  }

  async set(accountId: string, hashed: Hashed, db: Queries = this.#db): Promise<void> {
    const { scheme, cost, salt, digest } = hashed
    await db`select set_password(${accountId}, ${scheme}, ${cost}, ${salt}, ${digest})`
  }

  /** What is compared with the digest that is kept; without terms it takes as long. */
  digest(password: string, terms: Terms | undefined, network: string): Promise<Buffer> {
    return this.queue.run(network, () => digestOf(password, terms?.scheme ? terms : this.#decoy))
  }

  /** Replaces what is kept of a password that was right, where that is no longer how it is done; never one that was changed meanwhile. */
  async renew(accountId: string, { password, terms, digest, network }: Matched): Promise<void> {
    if (!terms || !outdated(terms)) return
    const { scheme, cost, salt, digest: renewed } = await this.hash(password, network)
    await this.#db`select renew_password(${accountId}, ${digest}, ${scheme}, ${cost}, ${salt}, ${renewed})`
  }
}
