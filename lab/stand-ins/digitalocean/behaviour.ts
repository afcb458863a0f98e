import type { Call, CheckFailure } from '../../../plugin/provider.ts'
import type { Bag } from '../../../plugin/values.ts'

/** What a resource does with the API. */
export interface Behaviour {
  /** Gives values that mean the same one form: names relative, rules in wire form. */
  canonical?(property: string, value: unknown, all: Bag): unknown
  check?(inputs: Bag): CheckFailure[]
  /** Outputs that going from the one to the other changes. */
  recomputed?(olds: Bag, news: Bag): readonly string[]
  create(inputs: Bag, call: Call): Promise<string>
  /**
   * All the API tells, as properties: null for what isn't set, undefined for what it keeps to itself; undefined when it
   * is gone. `known` is empty on import.
   */
  read(id: string, known: Bag, importing?: boolean): Promise<(Bag & { id?: string }) | undefined>
  update?(id: string, olds: Bag, news: Bag, call: Call): Promise<void>
  /** Most fail when there is nothing to delete, as in the official plugin: refresh first. */
  delete(id: string, known: Bag, call: Call): Promise<void>
}
