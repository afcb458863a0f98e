import type { Bag } from '../../../plugin/values.ts'
import type { OnChange } from '../differences.ts'

/** The properties of a resource, as the official plugin's schema has them. */
export interface Properties {
  /** What each input does when it changes. One that is neither required nor has a default is left as the cloud has it. */
  readonly inputs: Readonly<Record<string, OnChange>>
  /** What only the API says. */
  readonly computed: readonly string[]
  readonly required?: readonly string[]
  /** What an input means that isn't said; null for nothing at all. */
  readonly defaults?: Bag
  /** Lists whose order means nothing. */
  readonly sets?: readonly string[]
  /** Inputs that outputs show as a SHA-1: long, and maybe secret. */
  readonly digests?: readonly string[]
  /** Whether a name is made up where the program gives none. */
  readonly autonamed?: boolean
  /** The values that an input may have. */
  readonly oneOf?: Readonly<Record<string, readonly unknown[]>>
  /** Inputs of the official plugin that nothing in the lab stands behind, and what to do instead. */
  readonly refused?: Readonly<Record<string, string>>
  readonly words: Words
}

/** How the official plugin begins the errors of a resource. */
export interface Words {
  readonly create: string
  readonly read: string
  readonly update: string
  readonly delete: string
}

/** Words as most resources have them. */
export const wordsFor = (thing: string, others: Partial<Words> = {}): Words => ({
  create: `Error creating ${thing}`,
  read: `Error retrieving ${thing}`,
  update: `Error updating ${thing}`,
  delete: `Error deleting ${thing}`,
  ...others,
})
