import { parseErrorAddress, type ErrorAddress } from './address.ts'
import { envelopeOf, eventOf } from './event.ts'

const timeoutMs = 5000
/** So long nothing is sent to an address that did not take the last. */
const pauseMs = 60_000

/** Tells a Sentry-compatible service of errors that nobody foresaw; never waited for, one at a time, the rest is dropped. */
export class ErrorReports {
  readonly #address: ErrorAddress | undefined
  readonly #release: string
  readonly #now: () => number
  #sending: Promise<void> | undefined
  #notBefore = 0

  constructor(address: string | undefined, release: string, now = Date.now) {
    this.#address = address === undefined ? undefined : parseErrorAddress(address)
    this.#release = release
    this.#now = now
  }

  /** `route` is the pattern of the address: `POST /api/session`. */
  report(thrown: unknown, route: string): void {
    if (!this.#address || this.#sending || this.#now() < this.#notBefore) return
    const event = eventOf(thrown, { route, release: this.#release, at: new Date(this.#now()) })
    this.#sending = this.#send(this.#address, envelopeOf(event)).finally(() => {
      this.#sending = undefined
    })
  }

  /** Waits for what is on its way, at most as long as that may take. */
  async settled(): Promise<void> {
    await this.#sending
  }

  async #send({ url, key }: ErrorAddress, body: string): Promise<void> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/x-sentry-envelope',
          'x-sentry-auth': `Sentry sentry_version=7, sentry_client=shoestring/1, sentry_key=${key}`,
        },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      await answer.body?.cancel()
      if (!answer.ok) this.#notBefore = this.#now() + pauseMs
    } catch {
      // The error itself is in our own log; that nobody else could be told changes nothing.
      this.#notBefore = this.#now() + pauseMs
    }
  }
}
