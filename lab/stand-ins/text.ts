/** A property as text: ids come as numbers and as strings, absent ones as nothing. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
