import type { Db, Queries } from '../database/connect.ts'
import { digestOf, freshTerms, outdated, type Terms } from './hashing.ts'
import type { Shown } from '../sessions/shown.ts'
import { HashQueue } from './hash-queue.ts'

/** Each takes 19 MiB and a core for tens of milliseconds: two leave room for everybody who is signed in already. */
const limits = { running: 2, waiting: 16 }

/** A password as it is kept. */
export type Hashed = Terms & { digest: Buffer }

/** Without an account the terms are those of somebody else's password: checking takes as long. */
type Found = Terms & { accountId: string | null; generation: number }

/** Hashes and compares passwords; no digest ever comes out of the database. */
export class Passwords {
  readonly queue = new HashQueue(limits)
  readonly #db: Db
  /** Computed with where there are no terms at all: before the first password, and for accounts without one. */
  readonly #decoy = freshTerms()

  constructor(db: Db) {
    this.#db = db
  }

  async hash(password: string): Promise<Hashed> {
    const terms = freshTerms()
    return { ...terms, digest: await this.#digest(password, terms) }
  }

  /** The account that an address and a password belong to. */
  async accountOf(email: string, password: string): Promise<Shown | undefined> {
    const [found] = await this.#db<[Found]>`select * from password_terms(${email})`
    const accountId = await this.#matches(found, password)
    return accountId === undefined ? undefined : { accountId, generation: found?.generation ?? 0 }
  }

  /** Whether a password is an account's. */
  async isOf(accountId: string, password: string): Promise<boolean> {
    const [terms] = await this.#db<[Terms]>`select * from password_terms_of(${accountId})`
    return (await this.#matches({ ...terms, accountId, generation: 0 }, password)) !== undefined
  }

  async set(accountId: string, hashed: Hashed, db: Queries = this.#db): Promise<void> {
    const { scheme, cost, salt, digest } = hashed
    await db`select set_password(${accountId}, ${scheme}, ${cost}, ${salt}, ${digest})`
  }

  async #matches(found: Found | undefined, password: string): Promise<string | undefined> {
    const digest = await this.#digest(password, found?.scheme ? found : this.#decoy)
    const accountId = found?.accountId ?? '00000000-0000-0000-0000-000000000000'
    const [answer] = await this.#db<[{ matches: boolean }]>`
      select password_matches(${accountId}, ${digest}) as matches`
    if (!answer.matches) return undefined
    if (found && outdated(found)) await this.set(accountId, await this.hash(password))
    return accountId
  }

  #digest(password: string, terms: Terms): Promise<Buffer> {
    return this.queue.run(() => digestOf(password, terms))
  }
}
