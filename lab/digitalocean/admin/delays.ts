import { setTimeout as sleep } from 'node:timers/promises'

/** How long actions take before anything happens to the machine, by their type: `create`, `resize`, `assign_ip`. */
export class Delays {
  readonly #msOf = new Map<string, number>()
  #ended = new AbortController()

  list(): Record<string, number> {
    return Object.fromEntries(this.#msOf)
  }

  set(type: string, ms: number): void {
    if (ms > 0) this.#msOf.set(type, ms)
    else this.#msOf.delete(type)
  }

  readonly wait = async (type: string): Promise<void> => {
    const ms = this.#msOf.get(type)
    const { signal } = this.#ended
    if (ms !== undefined) await sleep(ms, undefined, { signal }).catch(() => undefined)
  }

  /** Forgets all delays; what waits goes on at once. */
  clear(): void {
    this.#msOf.clear()
    this.#ended.abort()
    this.#ended = new AbortController()
  }
}
