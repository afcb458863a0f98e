import { setTimeout as sleep } from 'node:timers/promises'

/** Time as the client sees it; tests have their own. */
export interface Clock {
  now(): number
  sleep(ms: number, signal: AbortSignal): Promise<unknown>
}

export const realClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
}

/** Lets at most so many requests go in any minute; a few at once may go at once. */
export class Pace {
  readonly #perMinute: number
  readonly #clock: Clock
  #sent: number[] = []
  #last: Promise<unknown> = Promise.resolve()

  // Namecheap counts 50 a minute by its FAQ and was seen to refuse sooner; its own Terraform provider keeps to 20.
  constructor(clock: Clock = realClock, perMinute = 20) {
    this.#clock = clock
    this.#perMinute = perMinute
  }

  /** Resolves when the next request may go; what it waits for is told first. */
  turn(signal: AbortSignal, tell: (waitMs: number) => Promise<void>): Promise<void> {
    const turn = this.#last.then(() => this.#take(signal, tell))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #take(signal: AbortSignal, tell: (waitMs: number) => Promise<void>): Promise<void> {
    const oldest = this.#sent.at(-this.#perMinute)
    const waitMs = oldest === undefined ? 0 : oldest + 60_000 - this.#clock.now()
    if (waitMs > 0) {
      await tell(waitMs)
      await this.#clock.sleep(waitMs, signal)
    }
    this.#sent = [...this.#sent, this.#clock.now()].slice(-this.#perMinute)
  }
}
