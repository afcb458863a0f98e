import { refusal } from '../http/refusals.ts'

const Busy = refusal('BUSY', 503)

export interface HashLimits {
  running: number
  /** How many of those that wait are begun all the same, because they wait for a thread: it takes them up by itself. */
  ready: number
  waiting: number
}

/** Lets few costly computations run at once and few wait; who comes then is told to come back. */
export class HashQueue {
  readonly #limits: HashLimits
  readonly #line: (() => void)[] = []
  #begun = 0
  #refused = 0

  constructor(limits: HashLimits) {
    this.#limits = limits
  }

  /** How many run and wait, and how many found no place since it began. */
  get depth(): { running: number; waiting: number; refused: number } {
    const running = Math.min(this.#begun, this.#limits.running)
    return { running, waiting: this.#begun - running + this.#line.length, refused: this.#refused }
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const { running, ready, waiting } = this.#limits
    if (this.#begun < running + ready) this.#begun += 1
    else {
      if (ready + this.#line.length >= waiting) {
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
      else this.#begun -= 1
    }
  }
}
