import { chance } from './chance.ts'
import { pathPattern } from './path-pattern.ts'

/** What a person or a test asks the lab to get wrong. */
export interface FaultWish {
  /** `done` lets an action that is completed read as `done`, as the real API has for a while; the rest is as it says. */
  kind: 'status' | 'hang' | 'cut' | 'done'
  /** Absent, every method. */
  method?: string | undefined
  /** `*` stands for one segment, `**` for any; absent, every path. */
  path?: string | undefined
  /** Before the call changes anything, or after its change is on disk. */
  when?: 'before' | 'after' | undefined
  status?: number | undefined
  message?: string | undefined
  /** A page instead of JSON. */
  html?: boolean | undefined
  retryAfterSeconds?: number | undefined
  /** Matching calls that pass before the first that fails. */
  skip?: number | undefined
  /** How many calls fail; null is all. */
  times?: number | null | undefined
  /** Of a matching call to fail, 0 to 1. */
  probability?: number | undefined
  /** Makes the probability's choices the same in every run. */
  seed?: number | undefined
}

/** A fault in force, with what it has done so far. */
export interface Fault extends FaultWish {
  readonly id: number
  readonly kind: FaultWish['kind']
  readonly when: 'before' | 'after'
  readonly skip: number
  readonly times: number | null
  /** Matching calls so far. */
  calls: number
  /** Calls that failed by it. */
  hits: number
}

interface Armed {
  readonly fault: Fault
  readonly matches: (method: string, path: string) => boolean
  /** Whether chance wants this call. */
  readonly strikes: () => boolean
}

/** The faults in force: each call is taken by the first that wants it. They end with the lab's process. */
export class Faults {
  #armed: Armed[] = []
  #nextId = 1

  add(wish: FaultWish): Fault {
    const { when = 'before', skip = 0, times = 1, probability, seed, method } = wish
    const named = wish.kind === 'status' ? { status: wish.status ?? 500 } : {}
    const fault: Fault = { id: this.#nextId++, ...wish, ...named, when, skip, times, calls: 0, hits: 0 }
    const path = pathPattern(wish.path ?? '**')
    const random = chance(seed)
    this.#armed.push({
      fault,
      matches: (asked, at) => (method === undefined || method === asked) && path.test(at),
      strikes: () => probability === undefined || random() < probability,
    })
    return fault
  }

  get any(): boolean {
    return this.#armed.length > 0
  }

  list(): Fault[] {
    return this.#armed.map(({ fault }) => fault)
  }

  /** Whether there was such a fault. */
  remove(id: number): boolean {
    const before = this.#armed.length
    this.#armed = this.#armed.filter(({ fault }) => fault.id !== id)
    return this.#armed.length < before
  }

  clear(): void {
    this.#armed = []
  }

  /** The fault that this call meets, counted as met; one of kind `done` waits for an answer with a completed action. */
  meet(method: string, path: string, completed = false): Fault | undefined {
    for (const { fault, matches, strikes } of this.#armed) {
      if ((fault.kind === 'done') !== completed) continue
      if (fault.times !== null && fault.hits >= fault.times) continue
      if (!matches(method, path)) continue
      fault.calls += 1
      if (fault.calls <= fault.skip || !strikes()) continue
      fault.hits += 1
      return fault
    }
    return undefined
  }
}
