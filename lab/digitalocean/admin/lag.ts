import { asBody } from '../wire/body.ts'
import { pathPattern } from './path-pattern.ts'

/** For how many answers what was just created in a collection can't be seen there yet. */
export interface LagRule {
  /** The collection's: `/v2/account/keys`, and with `*` for a segment. */
  readonly path: string
  readonly answers: number
}

interface Hidden {
  collection: string
  /** What it may be read by: an SSH key also by its fingerprint. */
  names: Set<string>
  /** Answers still to come without it. */
  left: number
}

/** Lets reads lag behind writes, as the real API's do now and then. */
export class Lag {
  #rules: (LagRule & { pattern: RegExp })[] = []
  #hidden: Hidden[] = []

  get rules(): LagRule[] {
    return this.#rules.map(({ path, answers }) => ({ path, answers }))
  }

  get any(): boolean {
    return this.#rules.length > 0 || this.#hidden.length > 0
  }

  /** Sets the lag of a collection; none by 0. */
  set({ path, answers }: LagRule): void {
    this.#rules = this.#rules.filter((rule) => rule.path !== path)
    if (answers > 0) this.#rules.push({ path, answers, pattern: pathPattern(path) })
  }

  /** Forgets the rules; what was hidden shows at once. */
  clear(): void {
    this.#rules = []
    this.#hidden = []
  }

  /** Hides what a creation's answer shows, where a rule says so. */
  created(collection: string, answer: unknown): void {
    const rule = this.#rules.find(({ pattern }) => pattern.test(collection))
    if (!rule) return
    for (const item of itemsIn(answer))
      this.#hidden.push({ collection, names: new Set(namesOf(item)), left: rule.answers })
  }

  /** Whether this path is of something that can't be seen yet; each time it is asked counts. */
  hides(path: string): boolean {
    const end = path.lastIndexOf('/')
    const [collection, name] = [path.slice(0, end), decodeURIComponent(path.slice(end + 1))]
    return this.#count((hidden) => hidden.collection === collection && hidden.names.has(name))
  }

  /** A list's answer without what can't be seen yet. */
  withoutHidden(collection: string, answer: unknown): unknown {
    const body = asBody(answer)
    if (!body || !this.#hidden.some((hidden) => hidden.collection === collection)) return answer
    const seen: Record<string, unknown> = { ...body }
    let gone = 0
    for (const [key, list] of Object.entries(body))
      if (Array.isArray(list))
        seen[key] = list.filter((item) => {
          const [name = ''] = namesOf(item)
          if (!this.#count((hidden) => hidden.collection === collection && hidden.names.has(name)))
            return true
          gone += 1
          return false
        })
    const meta = asBody(body['meta'])
    if (meta && typeof meta['total'] === 'number') seen['meta'] = { ...meta, total: meta['total'] - gone }
    return seen
  }

  #count(which: (hidden: Hidden) => boolean): boolean {
    const hit = this.#hidden.find(which)
    if (!hit) return false
    hit.left -= 1
    if (hit.left === 0) this.#hidden = this.#hidden.filter((other) => other !== hit)
    return true
  }
}

/** What an answer to a creation holds: one thing, or several of a kind. */
function itemsIn(answer: unknown): unknown[] {
  const { links: _links, meta: _meta, ...rest } = asBody(answer) ?? {}
  return Object.values(rest).flat()
}

/** How an item is called in a path, the usual name first. */
function namesOf(item: unknown): string[] {
  const { id, ip, name, fingerprint } = asBody(item) ?? {}
  return [id ?? ip ?? name, fingerprint]
    .filter((each) => typeof each === 'string' || typeof each === 'number')
    .map(String)
}
