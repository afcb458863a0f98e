import { createHash } from 'node:crypto'
import type { State } from './state.ts'

/** A UUID that is always the same for a thing that every account has, like its default project. */
export function derivedId(state: Readonly<State>, thing: string): string {
  const seed = `${state.account.uuid} ${thing}`
  const id = known.get(seed) ?? hashed(seed)
  known.set(seed, id)
  return id
}

// Every droplet shown asks for one of each region.
const known = new Map<string, string>()

function hashed(seed: string): string {
  const digits = createHash('sha256').update(seed).digest('hex')
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-')
}
