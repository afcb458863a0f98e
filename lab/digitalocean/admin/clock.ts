/** A clock that can be moved; between moves it runs as the one beneath it. */
export class Clock {
  readonly #beneath: () => Date
  #aheadMs = 0

  constructor(beneath: () => Date) {
    this.#beneath = beneath
  }

  readonly now = (): Date => new Date(this.#beneath().getTime() + this.#aheadMs)

  get aheadSeconds(): number {
    return this.#aheadMs / 1000
  }

  advance(seconds: number): void {
    this.#aheadMs += Math.round(seconds * 1000)
  }

  moveTo(time: Date): void {
    this.#aheadMs = time.getTime() - this.#beneath().getTime()
  }

  reset(): void {
    this.#aheadMs = 0
  }
}
