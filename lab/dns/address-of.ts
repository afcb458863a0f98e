import type { StringAnswer } from 'dns-packet'
import { answerFrom } from './answer.ts'
import type { Zone } from './zone.ts'

/** The IPv4 address that our zones give a name, aliases and wildcards followed. */
export function addressOf(zones: readonly Zone[], name: string): string | undefined {
  const answers = answerFrom(zones, { name, type: 'A' })?.answers ?? []
  return answers.find((answer): answer is StringAnswer => answer.type === 'A')?.data
}

/** The names that have an address, as someone would type them; wildcards as they are written. */
export function addressedNames(zones: readonly Zone[]): string[] {
  const names = zones.flatMap((zone) =>
    zone.records
      .filter((record) => record.type === 'A' || record.type === 'CNAME')
      .map((record) => (record.name === '@' ? zone.name : `${record.name}.${zone.name}`)),
  )
  return [...new Set(names)].filter((name) => addressOf(zones, name) !== undefined)
}
