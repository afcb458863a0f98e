/** A record in the shape in which DigitalOcean's API keeps it. */
export interface ZoneRecord {
  type: string
  /** `@` for the zone itself, else relative to it; `*` and `*.staging` are wildcards. */
  name: string
  /** Host names come without the trailing dot; `@` is the zone itself. */
  data: string
  ttl: number
  priority?: number | null | undefined
  port?: number | null | undefined
  weight?: number | null | undefined
  flags?: number | null | undefined
  tag?: string | null | undefined
}

export interface Zone {
  name: string
  records: readonly ZoneRecord[]
}

/** RFC 6761: these names never leave the machine. A zone such as `example.localhost` is longer and wins. */
export const localhostZone: Zone = {
  name: 'localhost',
  records: ['@', '*'].flatMap((name) => [
    { type: 'A', name, data: '127.0.0.1', ttl: 60 },
    { type: 'AAAA', name, data: '::1', ttl: 60 },
  ]),
}

/** The zone that holds a name: of several, the longest. */
export function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  const wanted = name.toLowerCase()
  return zones
    .filter((zone) => wanted === zone.name.toLowerCase() || wanted.endsWith(`.${zone.name.toLowerCase()}`))
    .toSorted((a, b) => b.name.length - a.name.length)[0]
}

/** The records at a name, `[]` where it exists without any, `undefined` where it does not exist (RFC 4592 for wildcards). */
export function recordsAt(zone: Zone, name: string): readonly ZoneRecord[] | undefined {
  const apex = zone.name.toLowerCase()
  const wanted = name.toLowerCase()
  const names = Map.groupBy(zone.records, (record) => absoluteName(record.name, apex))
  const exists = (candidate: string) =>
    candidate === apex || [...names.keys()].some((key) => key === candidate || key.endsWith(`.${candidate}`))
  if (exists(wanted)) return names.get(wanted) ?? []
  // A wildcard speaks only below the nearest ancestor that exists: `a.mail` is not covered by `*` when `mail` is there.
  let ancestor = parentOf(wanted)
  while (!exists(ancestor)) ancestor = parentOf(ancestor)
  return names.get(`*.${ancestor}`)
}

/** Where a record's `data` points to. */
export function absoluteTarget(data: string, zone: Zone): string {
  return data === '@' ? zone.name : data.replace(/\.$/, '')
}

function absoluteName(name: string, apex: string): string {
  return name === '@' || name === '' ? apex : `${name.toLowerCase()}.${apex}`
}

function parentOf(name: string): string {
  return name.slice(name.indexOf('.') + 1)
}
