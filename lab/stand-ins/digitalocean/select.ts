import type { Bag } from '../../../plugin/values.ts'
import { textOf } from '../text.ts'

interface Filter {
  key: string
  values: string[]
  /** How texts are compared: whole and in any case, in part, or by an expression. */
  matchBy?: 'exact' | 'substring' | 're'
  /** Whether every value has to match; otherwise one is enough. */
  all?: boolean
}

interface Sort {
  key: string
  direction?: 'asc' | 'desc'
}

/** The records that pass every filter, in the order that is asked for. Keys are the API's, `ipv4_address`. */
export function select(records: readonly Bag[], args: Bag): Bag[] {
  const filters = (args['filters'] ?? []) as Filter[]
  const sorts = (args['sorts'] ?? []) as Sort[]
  for (const { key } of [...filters, ...sorts]) refuseUnknown(key, records)
  const passing = records.filter((record) => filters.every((filter) => passes(record, filter)))
  return passing.toSorted((a, b) => {
    for (const { key, direction } of sorts) {
      const order = compare(a[propertyOf(key)], b[propertyOf(key)])
      if (order !== 0) return direction === 'desc' ? -order : order
    }
    return 0
  })
}

/** The one record that fits; none or several are an error. */
export function only(
  thing: string,
  what: string,
  records: readonly Bag[],
  isMeant: (record: Bag) => boolean,
): Bag {
  const [found, ...others] = records.filter(isMeant)
  if (!found) throw new Error(`no ${thing} found with ${what}`)
  if (others.length === 0) return found
  throw new Error(`too many ${thing}s found with ${what} (found ${others.length + 1}, expected 1)`)
}

const propertyOf = (key: string) =>
  key.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())

function refuseUnknown(key: string, [record]: readonly Bag[]): void {
  if (!record || propertyOf(key) in record) return
  const known = Object.keys(record).map((name) =>
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  )
  throw new Error(`expected filter.0.key to be one of ${JSON.stringify(known)}, got ${key}`)
}

function passes(record: Bag, { key, values, matchBy = 'exact', all = false }: Filter): boolean {
  const value = record[propertyOf(key)]
  const candidates = Array.isArray(value) ? value : [value]
  const matches = (wanted: string) => candidates.some((each) => fits(each, wanted, matchBy))
  return all ? values.every(matches) : values.some(matches)
}

function fits(value: unknown, wanted: string, matchBy: Filter['matchBy']): boolean {
  if (typeof value === 'number') return Math.abs(value - Number(wanted)) < 0.000_001
  if (typeof value === 'boolean') return textOf(value) === wanted.toLowerCase()
  const text = textOf(value)
  if (matchBy === 'substring') return text.includes(wanted)
  if (matchBy === 're') return new RegExp(wanted).test(text)
  return text.toLowerCase() === wanted.toLowerCase()
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b)
  return Number(a) - Number(b)
}
