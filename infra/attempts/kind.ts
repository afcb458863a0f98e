import type { Thing } from './account.ts'

/** How the things that one kind of resource makes are found again in the account. Inputs are the resource's own. */
export interface Kind {
  /** Everything that a request with these inputs may have made; more is fine, what was there before is left alone. */
  alike(inputs: Thing): Promise<Thing[]>
  /** What can only be left of an earlier attempt of this stack. Throws when someone else's is in the way. */
  leftBehind?(inputs: Thing): Promise<Thing[]>
  idOf(thing: Thing): string
  /** There is no second one: what is there after the attempt is what it made. */
  only?: boolean
  remove(thing: Thing): Promise<void>
  describe(thing: Thing): string
}

export const idOf = ({ id }: Thing) => String(id)

/** Automatic names differ in their end only: `web-1a2b3c4`. */
export const sameMaker = (one: string, other: string): boolean => stemOf(one) === stemOf(other)
const stemOf = (name: string): string => name.replace(/-[0-9a-f]{7}$/, '')
