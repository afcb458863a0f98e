import type { FastifyBaseLogger } from 'fastify'
import type { Db } from '../database/connect.ts'
import type { Mailer } from './mailer.ts'
import type { MessageParts, Template } from './composer.ts'
import { compose } from './messages.ts'

const lookEveryMs = 5000
/** Longer than any server takes to answer; whoever took a mail and died gives it free after this. */
const leaseSeconds = 120
/** How long a mail waits for its server at most, however often it was tried. */
const longestPauseSeconds = 1800
/** Then whoever waits for it has asked again, or given up. */
const giveUpAfter = '3 days'

interface Waiting {
  id: string
  template: Template
  recipient: string
  accountId: string | null
  details: Record<string, string>
  tries: number
  tooOld: boolean
}

/** Sends what lies in the outbox, one at a time; several senders share the work and never send one twice. */
export class Sender {
  readonly #parts: MessageParts
  readonly #mailer: Mailer
  readonly #log: FastifyBaseLogger
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  /** Taken by the server, and not out of the outbox yet: the database went away in between. */
  readonly #delivered = new Set<string>()
  #again = false
  #stopped = false

  constructor(parts: MessageParts, mailer: Mailer, log: FastifyBaseLogger) {
    this.#parts = parts
    this.#mailer = mailer
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), lookEveryMs)
    this.#timer.unref()
    this.wake()
  }

  /** Looks whether there is something to send. */
  wake(): void {
    if (this.#stopped) return
    this.#again = true
    this.#running ??= this.#sendAll().finally(() => {
      this.#running = undefined
    })
  }

  /** Ends what is being sent and begins nothing new. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#running
    this.#mailer.close()
  }

  async #sendAll(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false
      try {
        while (!this.#stopped && (await this.#sendOne()));
      } catch (error) {
        // The database is away; it is looked at again in a moment.
        this.#log.warn({ code: (error as { code?: string }).code }, 'mail waits: the outbox can not be read')
      }
    }
  }

  async #sendOne(): Promise<boolean> {
    const { db } = this.#parts
    const [mail] = await db<[Waiting?]>`
      update outbox set due_at = now() + make_interval(secs => ${leaseSeconds}), tries = tries + 1
      where id = (
        select id from outbox
        -- Later than any pause: the clock was ahead when it was put back.
        where due_at <= now() or due_at > now() + make_interval(secs => ${longestPauseSeconds})
        order by due_at limit 1 for update skip locked)
      returning id, template, recipient, account_id, details, tries, created_at < now() - ${giveUpAfter}::interval as too_old`
    if (!mail) return false
    if (!this.#delivered.has(mail.id)) {
      try {
        const message = await compose(this.#parts, mail)
        if (message) await this.#mailer.send({ id: mail.id, to: mail.recipient, ...message })
        this.#delivered.add(mail.id)
      } catch (error) {
        await this.#putBack(db, mail, error as SmtpError)
        return true
      }
    }
    await db`delete from outbox where id = ${mail.id}`
    this.#delivered.delete(mail.id)
    return true
  }

  async #putBack(db: Db, { id, template, tries, tooOld }: Waiting, error: SmtpError): Promise<void> {
    // The server's words may hold an address: only the kind and the number are kept.
    const reason = [error.code, error.responseCode].filter(Boolean).join(' ') || error.name
    // Of a recipient the server says so for good; that it refuses the sender is ours to put right, and the mails wait.
    const nobody = error.command === 'RCPT TO' && (error.responseCode ?? 0) >= 550
    if (tooOld || nobody) {
      await db`delete from outbox where id = ${id}`
      this.#log.error({ mail: id, template, reason, tries }, 'a mail could not be delivered and is given up')
      return
    }
    const pauseSeconds = Math.min(15 * 2 ** (tries - 1), longestPauseSeconds)
    await db`update outbox set due_at = now() + make_interval(secs => ${pauseSeconds}), last_error = ${reason} where id = ${id}`
    this.#log.warn({ mail: id, template, reason, tries, pauseSeconds }, 'a mail waits for its server')
  }
}

interface SmtpError extends Error {
  code?: string
  /** What was answered so: `RCPT TO`, `MAIL FROM`, `DATA` … */
  command?: string
  responseCode?: number
}
