import { utimes } from 'node:fs/promises'
import { lastLines, OperatorError, reasonOf } from './errors.ts'
import type { Unit } from './facts/unit.ts'
import type { Host } from './host.ts'
import { change, type Change } from './step.ts'

/** What a service depends on, as seen before anything is changed. */
export interface Service {
  name: string
  unit: Unit
  /** The unit's own file will be written by this plan. */
  unitFileChanges: boolean
  /** Files that only a start reads, and files that a reload reads as well. */
  startReads: Reads
  reloadReads?: Reads
  /** The program that should run, where it can be replaced under a running service. */
  program?: string
  /** Whether boot starts it by this unit's own `enable`; Debian's Postgres is started by another. */
  enable?: boolean
}

export interface Reads {
  /** The plan writes one of them. */
  change: boolean
  /** When each was last written, in ms since 1970. */
  files: { path: string; mtimeMs: number }[]
}

/**
 * Starts, restarts or reloads a service where its files are newer than its last start or reload.
 * That is read from the host, so a run that died between writing and reloading loses nothing.
 */
export function planService(service: Service): Change[] {
  const { name, unit, unitFileChanges, startReads, reloadReads, program } = service
  const short = name.replace(/\.service$/, '')
  const outdated =
    unitFileChanges ||
    startReads.change ||
    startReads.files.some(({ mtimeMs }) => mtimeMs > unit.startedMs) ||
    (program !== undefined && unit.program !== program)
  const unread = reloadReads?.change || reloadReads?.files.some(({ mtimeMs }) => mtimeMs > unit.changedMs)
  const unreadUnit = unitFileChanges || unit.stale
  return [
    ...(unit.masked ? [change(`unmask ${short}`, (host) => unmask(host, name))] : []),
    ...(service.enable === false || unit.enabled
      ? []
      : [change(`enable ${short} at boot`, enable([name], unreadUnit))]),
    ...(unreadUnit
      ? [change(`make systemd read ${short}'s unit`, ({ $ }) => $`systemctl daemon-reload`)]
      : []),
    // A service that takes its time to reload runs meanwhile.
    ...(unit.state !== 'active' && unit.state !== 'reloading'
      ? [change(`start ${short}`, (host) => start(host, name))]
      : outdated
        ? [change(`restart ${short}`, (host) => start(host, name))]
        : unread
          ? [change(`reload ${short}`, (host) => reload(host, name, reloadReads?.files ?? []))]
          : []),
  ]
}

/** Enables units; where systemd is told right after it to read all units, it isn't told twice. */
export function enable(names: string[], readAfter: boolean): Change['apply'] {
  return ({ $ }) => $`systemctl enable ${readAfter ? ['--no-reload', ...names] : names}`
}

/** Masked for good, until the next boot, or both. */
export async function unmask({ $ }: Host, name: string): Promise<void> {
  await $`systemctl unmask ${name}`
  await $`systemctl unmask --runtime ${name}`
}

/** Starts a unit, or starts it anew; when it doesn't hold, its own last words are the reason. */
export async function start(host: Host, name: string): Promise<void> {
  // A unit that failed too often in a row refuses to start until it is told to forget that.
  await host.$({ nothrow: true })`systemctl reset-failed ${name}`
  try {
    await host.$`systemctl restart ${name}`
  } catch (cause) {
    throw new OperatorError(`${name} does not start`, {
      why: (await journal(host, name)) || reasonOf(cause),
      fix: `read all of it on the host: journalctl -u ${name} -b`,
      cause,
    })
  }
}

/** The last lines that a unit wrote since a time that journalctl understands; `own`: without what systemd says of it. */
export async function journal(
  host: Host,
  name: string,
  { lines = 10, since = '-5min', own = false } = {},
): Promise<string> {
  const { $ } = host
  const shown = [`--since=${since}`, `--lines=${lines}`, '--output=cat', '--no-pager', '--quiet']
  const from = own ? `_SYSTEMD_UNIT=${name}` : `--unit=${name}`
  const said = lastLines((await $({ nothrow: true })`journalctl ${shown} ${from}`).stdout, lines)
  // A program that couldn't even start said nothing; systemd knows why.
  return said || !own ? said : journal(host, name, { since })
}

async function reload(host: Host, name: string, files: Reads['files']): Promise<void> {
  try {
    await host.$`systemctl reload ${name}`
  } catch (cause) {
    // A failed reload counts as a state change; newer files make the next run plan it again.
    const now = new Date()
    await Promise.all(files.map(({ path }) => utimes(path, now, now).catch(() => undefined)))
    throw new OperatorError(`${name} does not reload`, {
      why: (await journal(host, name)) || reasonOf(cause),
      fix: `it goes on with what it read before; read all of it on the host: journalctl -u ${name} -b`,
      cause,
    })
  }
}
