import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Looks ten times a second how late a timer is: seldom enough to cost nothing. */
const resolutionMs = 100

/** How long what is ready has to wait because something else runs. */
export class EventLoop {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs })

  constructor() {
    this.#delay.enable()
  }

  /** Seconds, since it was read before. */
  read(): { median: number; p99: number; max: number } {
    const { count, max } = this.#delay
    if (count === 0) return { median: 0, p99: 0, max: 0 }
    const read = {
      median: seconds(this.#delay.percentile(50)),
      p99: seconds(this.#delay.percentile(99)),
      max: seconds(max),
    }
    this.#delay.reset()
    return read
  }

  stop(): void {
    this.#delay.disable()
  }
}

/** What is measured is from one look to the next; only what is above the pause between two is delay. */
const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000)
