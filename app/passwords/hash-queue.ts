import { refusal } from '../http/refusals.ts'

const Busy = refusal('BUSY', 503)

/** Lets few costly computations run at once and few wait; who comes then is told to come back. */
export class HashQueue {
  readonly #limits: { running: number; waiting: number }
  readonly #line: (() => void)[] = []
  #running = 0
  #refused = 0

  constructor(limits: { running: number; waiting: number }) {
    this.#limits = limits
  }

  /** How many run and wait, and how many found no place since it began. */
  get depth(): { running: number; waiting: number; refused: number } {
    return { running: this.#running, waiting: this.#line.length, refused: this.#refused }
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limits.running) this.#running += 1
    else {
      if (this.#line.length >= this.#limits.waiting) {
        this.#refused += 1
        throw new Busy({ retryAfterSeconds: 2 })
      }
      // Whoever leaves hands its place over, so that nobody comes in between.
      await new Promise<void>((resolve) => this.#line.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = this.#line.shift()
      if (next) next()
      else this.#running -= 1
    }
  }
}
