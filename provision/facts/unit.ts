import { setImmediate } from 'node:timers/promises'
import type { Host } from '../host.ts'

/** A systemd unit as it stands. */
export interface Unit {
  /** systemd knows a file for it. */
  exists: boolean
  /** `active`, `inactive`, `failed`, `activating` … */
  state: string
  /** Starts at boot. */
  enabled: boolean
  /** Switched off so that nothing can start it, not even by hand. */
  masked: boolean
  /** Its file on disk is newer than what systemd has loaded. */
  stale: boolean
  /** Files beside the unit's own that change it: `systemctl edit` makes such. */
  dropIns: string[]
  /** Start of the running process and last start, reload or stop, in ms since 1970; 0 where there was none. */
  startedMs: number
  changedMs: number
  /** The program that runs, as the kernel sees it; undefined where none runs. */
  program: string | undefined
}

export const noUnit: Unit = {
  exists: false,
  state: 'inactive',
  enabled: false,
  masked: false,
  stale: false,
  dropIns: [],
  startedMs: 0,
  changedMs: 0,
  program: undefined,
}

const properties = [
  'Id',
  'LoadState',
  'ActiveState',
  'UnitFileState',
  'NeedDaemonReload',
  'DropInPaths',
  'ActiveEnterTimestamp',
  'StateChangeTimestamp',
  'MainPID',
]

/** Reads units, all that are asked for at the same moment in one call; answers them in the order asked for. */
export async function readUnits(host: Host, names: string[]): Promise<Unit[]> {
  if (names.length === 0) return []
  if (!asking || asking.host !== host) {
    const next = { host, names: new Set<string>(), answer: Promise.resolve([] as Unit[]) }
    next.answer = setImmediate().then(() => {
      if (asking === next) asking = undefined
      return showUnits(host, [...next.names])
    })
    asking = next
  }
  const { names: all, answer } = asking
  for (const name of names) all.add(name)
  const order = [...all]
  const units = await answer
  return names.map((name) => units[order.indexOf(name)] ?? noUnit)
}

/** Steps observe side by side: one systemctl for all of them takes a tenth of the time. */
let asking: { host: Host; names: Set<string>; answer: Promise<Unit[]> } | undefined

async function showUnits(host: Host, names: string[]): Promise<Unit[]> {
  const shown = await host.$`systemctl show --timestamp=us+utc --property=${properties.join(',')} ${names}`
  return Promise.all(
    shown.stdout
      .trimEnd()
      .split('\n\n')
      .map(async (block) => {
        const { pid, ...unit } = parseUnit(block)
        return { ...unit, program: pid > 0 ? await host.link(`/proc/${pid}/exe`) : undefined }
      }),
  )
}

export function parseUnit(block: string): Omit<Unit, 'program'> & { pid: number } {
  const value = new Map(
    block.split('\n').map((line) => {
      const equals = line.indexOf('=')
      return [line.slice(0, equals), line.slice(equals + 1)]
    }),
  )
  return {
    exists: value.get('LoadState') === 'loaded',
    state: value.get('ActiveState') ?? 'inactive',
    // enabled-runtime ends with the next boot, so it doesn't count.
    enabled: value.get('UnitFileState') === 'enabled',
    masked: value.get('LoadState') === 'masked',
    stale: value.get('NeedDaemonReload') === 'yes',
    dropIns: (value.get('DropInPaths') ?? '').split(' ').filter(Boolean),
    startedMs: parseTimestamp(value.get('ActiveEnterTimestamp')),
    changedMs: parseTimestamp(value.get('StateChangeTimestamp')),
    pid: Number(value.get('MainPID') ?? 0),
  }
}

// "Mon 2026-11-23 05:16:01.123456 UTC"; empty or "n/a" where it never happened.
function parseTimestamp(text: string | undefined): number {
  const [, date, time = ''] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+)/.exec(text ?? '') ?? []
  if (!date) return 0
  const [seconds = '', fraction = '0'] = time.split('.')
  // Microseconds count: a file may be written in the millisecond before the reload.
  return Date.parse(`${date}T${seconds}Z`) + Number(`0.${fraction}`) * 1000
}
