import { lineOf, type Log } from '../wire/request-log.ts'

interface Kept {
  readonly number: number
  readonly line: string
}

/** The latest entries of a log, numbered from 1 on since the lab started; all of them go on to the log itself. */
export class RecentLog {
  #kept: Kept[] = []
  #characters = 0
  #number = 0
  readonly #log: Log
  readonly #mostCharacters: number

  constructor(log: Log, mostCharacters = 8_000_000) {
    this.#log = log
    this.#mostCharacters = mostCharacters
  }

  readonly log: Log = (entry) => {
    const line = lineOf(entry)
    this.#number += 1
    this.#kept.push({ number: this.#number, line })
    this.#characters += line.length
    // Half of them in one go now and then: shifting an array for every request is slow.
    if (this.#characters > this.#mostCharacters) {
      this.#kept = this.#kept.slice(Math.ceil(this.#kept.length / 2))
      this.#characters = this.#kept.reduce((sum, kept) => sum + kept.line.length, 0)
    }
    this.#log(entry)
  }

  /** The entries after that number, an object a line, each with its own number. */
  lines(since: number): string {
    return this.#kept
      .filter(({ number }) => number > since)
      .map(({ number, line }) => `{"number":${number},${line.slice(1)}\n`)
      .join('')
  }
}
