import type { Change } from '../../plugin/provider.ts'
import { same, type Bag } from '../../plugin/values.ts'

/** What changing an input does to its resource; where it depends on the values, a function of them. */
export type OnChange = 'update' | 'replace' | ((before: unknown, after: unknown) => 'update' | 'replace')

/** The inputs that differ, as the engine wants them told; `canonical` gives values that mean the same one form. */
export function differences(
  inputs: Readonly<Record<string, OnChange>>,
  olds: Bag,
  news: Bag,
  canonical: (property: string, value: unknown, all: Bag) => unknown = (_property, value) => value,
): Change[] {
  return Object.entries(inputs).flatMap(([path, onChange]) => {
    const [before, after] = [olds[path], news[path]]
    if (same(canonical(path, before, olds), canonical(path, after, news))) return []
    const does = typeof onChange === 'string' ? onChange : onChange(before, after)
    const kind = does === 'replace' ? does : isNone(before) ? 'add' : isNone(after) ? 'delete' : 'update'
    return [{ path, kind, ofInputs: true } as const]
  })
}

export const isNone = (value: unknown): value is undefined | null => value === undefined || value === null
