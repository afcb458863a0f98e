import type { Db, Queries } from '../database/connect.ts'
import type { Template } from './composer.ts'

/** A mail to be: what it says is made when it is sent, so that no secret waits in a table. */
export interface Letter {
  template: Template
  recipient: string
  accountId?: string | undefined
  details?: Record<string, string>
}

/** A transaction of a few statements, on a machine at leisure and on a busy one. */
const commitsWithinMs = [5, 50, 500]

/** Mail that waits: put in the transaction of what it tells of, sent by a sender, tried again while SMTP is down. */
export class Outbox {
  readonly #db: Db
  #wake: () => void = () => undefined

  constructor(db: Db) {
    this.#db = db
  }

  async add({ template, recipient, accountId, details = {} }: Letter, db: Queries = this.#db): Promise<void> {
    await db`
      insert into outbox (template, recipient, account_id, details)
      values (${template}, ${recipient}, ${accountId ?? null}, ${db.json(details)})`
    // The sender looks when the transaction is probably over, and every few seconds anyway.
    for (const ms of commitsWithinMs) setTimeout(() => this.#wake(), ms).unref()
  }

  /** How many mails wait, and for how long the oldest does. */
  async depth(): Promise<{ waiting: number; oldestSeconds: number }> {
    const [depth] = await this.#db<[{ waiting: number; oldestSeconds: number }]>`
      select count(*)::int as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::int as oldest_seconds
      from outbox`
    return depth
  }

  /** Whom to tell that there is something to send. */
  onMail(wake: () => void): void {
    this.#wake = wake
  }
}
