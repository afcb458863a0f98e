/** Turns what is looked at again and again into one word when it has lasted long enough, and one when it is over. */
export class Alarms {
  readonly #sinceMs = new Map<string, number>()

  /** `holds` is undefined when nothing could be seen, which changes nothing. */
  judge(
    key: string,
    seen: { holds: boolean | undefined; mustLastMs: number; nowMs: number; told: boolean },
  ): 'triggered' | 'resolved' | undefined {
    const { holds, mustLastMs, nowMs, told } = seen
    if (holds === undefined) return undefined
    if (!holds) {
      this.#sinceMs.delete(key)
      return told ? 'resolved' : undefined
    }
    const sinceMs = Math.min(this.#sinceMs.get(key) ?? nowMs, nowMs)
    this.#sinceMs.set(key, sinceMs)
    return !told && nowMs - sinceMs >= mustLastMs ? 'triggered' : undefined
  }

  /** Forgets everything but these: their alerts are gone. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#sinceMs.keys()) if (!keys.has(key)) this.#sinceMs.delete(key)
  }
}
