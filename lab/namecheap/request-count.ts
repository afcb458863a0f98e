/** Counts the requests of the last minute, which is how Namecheap knows that there are too many. */
export class RequestCount {
  readonly #clock: () => Date
  #taken: number[] = []

  constructor(clock: () => Date) {
    this.#clock = clock
  }

  /** Whether one more is within the limit; 0 is no limit. */
  takes(perMinute: number): boolean {
    const now = this.#clock().getTime()
    this.#taken = this.#taken.filter((atMs) => atMs > now - 60_000)
    if (perMinute > 0 && this.#taken.length >= perMinute) return false
    this.#taken.push(now)
    return true
  }
}
