const unitsMs: Record<string, number> = { m: 60_000, h: 3_600_000 }

/** `5m` and `1h` in milliseconds. */
export function durationMs(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([mh])$/.exec(text) ?? []
  const unitMs = unitsMs[unit]
  if (unitMs === undefined) throw new Error(`${text} is no duration`)
  return Number(number) * unitMs
}
