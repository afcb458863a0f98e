import { refusal } from '../http/refusals.ts'

const Busy = refusal('BUSY', 503)

export interface HashLimits {
  running: number
  /** How many of those that wait are begun all the same, because they wait for a thread: it takes them up by itself. */
  ready: number
  waiting: number
}

interface Waiter {
  begin: () => void
  refuse: (busy: Error) => void
}

/**
 * Lets few costly computations run at once and few wait; who comes then is told to come back. Networks take turns, and
 * one that takes up more of the line than another gives places to it: nobody fills it for everybody else.
 */
export class HashQueue {
  readonly #limits: HashLimits
  /** By network, those that wait; the network whose turn is next comes first. */
  readonly #lines = new Map<string, Waiter[]>()
  #begun = 0
  #waiting = 0
  #refused = 0

  constructor(limits: HashLimits) {
    this.#limits = limits
  }

  /** How many run and wait, and how many found no place since it began. */
  get depth(): { running: number; waiting: number; refused: number } {
    const running = Math.min(this.#begun, this.#limits.running)
    return { running, waiting: this.#begun - running + this.#waiting, refused: this.#refused }
  }

  /** Throws BUSY where there is no place, or where a place is given up for another network while it waits. */
  async run<T>(network: string, work: () => Promise<T>): Promise<T> {
    const { running, ready } = this.#limits
    if (this.#begun < running + ready) this.#begun += 1
    // Whoever leaves hands its place over, so that nobody comes in between.
    else await this.#turn(network)
    try {
      return await work()
    } finally {
      const next = this.#next()
      if (next) next.begin()
      else this.#begun -= 1
    }
  }

  #turn(network: string): Promise<void> {
    const { ready, waiting } = this.#limits
    if (ready + this.#waiting >= waiting) this.#makeRoomFor(network)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const line = this.#lines.get(network) ?? []
    line.push({ begin: resolve, refuse: reject })
    this.#lines.set(network, line)
    this.#waiting += 1
    return promise
  }

  /** Takes the newest place of the network that has most, if that is still no worse off than this one then. */
  #makeRoomFor(network: string): void {
    this.#refused += 1
    const busy = new Busy({ retryAfterSeconds: 2 })
    const [longest] = [...this.#lines.values()].toSorted((a, b) => b.length - a.length)
    const own = this.#lines.get(network)?.length ?? 0
    const given = longest && longest.length > own + 1 ? longest.pop() : undefined
    if (!given) throw busy
    this.#waiting -= 1
    given.refuse(busy)
  }

  #next(): Waiter | undefined {
    const [first] = this.#lines
    if (!first) return undefined
    const [network, line] = first
    const next = line.shift()
    this.#waiting -= 1
    this.#lines.delete(network)
    if (line.length > 0) this.#lines.set(network, line)
    return next
  }
}
