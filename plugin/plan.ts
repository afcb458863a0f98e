import { planBare } from '../provision/main.ts'
import type { Request } from '../provision/desired.ts'
import { connected, Unreachable, type Place } from './connection.ts'
import type { Operator } from './logins.ts'
import type { Call, Change } from './provider.ts'
import { provision, type RunEvent } from './provisioning.ts'
import { nodeVersion } from './runtime.ts'
import type { Ssh } from './ssh.ts'
import { hasUnknown, same, type Bag } from './values.ts'

/** A step and what it would do. */
export interface PlannedStep {
  readonly step: string
  readonly changes: readonly string[]
  /** Of changed files, line by line, by the summary of their change. */
  readonly diffs?: Readonly<Record<string, string>>
  /** What this host can't be given, each with its reason. */
  readonly left?: readonly string[]
}

/** A plan, and whether it comes from the host itself or from what a fresh Debian looks like. */
export interface Plan {
  readonly steps: readonly PlannedStep[]
  readonly seen: boolean
}

/**
 * What a request would change, from what is seen on the host now; from what a fresh Debian looks like where there is
 * no host yet, or none that answers.
 */
export async function planOn(
  place: Place,
  request: Request,
  call: Call,
  former: readonly Operator[] = [],
): Promise<Plan> {
  if (hasUnknown(place.address) || hasUnknown(place.hostKey)) return { steps: bare(request), seen: false }
  const steps: PlannedStep[] = []
  const collect = (event: RunEvent): void => {
    if (event.event === 'planned') steps.push(event)
    if (event.event === 'left out') steps.push({ step: event.step, changes: [], left: event.reasons })
    if (event.event === 'runtime' && event.version !== nodeVersion) steps.push(installNode)
  }
  try {
    const look = (ssh: Ssh) => provision(ssh, request, collect)
    const hasRuntime = await connected(place, call.name, look, { patient: false, former })
    return { steps: hasRuntime ? steps : bare(request), seen: true }
  } catch (error) {
    if (!(error instanceof Unreachable) || error.kind !== 'unreachable') throw error
    await call.warn(`${error.message}\n  planned as if it were a fresh Debian`)
    return { steps: bare(request), seen: false }
  }
}

const installNode: PlannedStep = { step: 'runtime', changes: [`install Node ${nodeVersion}`] }

const bare = (request: Request): PlannedStep[] => [
  ...(request.task === 'host' ? [installNode] : []),
  ...planBare(request),
]

/** Converges a request on the host and tells every change as it is done. */
export async function convergeOn(ssh: Ssh, request: Request, call: Call): Promise<void> {
  const told: Promise<void>[] = []
  const there = await provision(ssh, request, (event) => told.push(tell(event, call)), call.signal)
  await Promise.all(told)
  if (!there) throw new Error(`${call.name}: the host has no runtime of ours; converge its Host first`)
}

function tell(event: RunEvent, call: Call): Promise<void> {
  switch (event.event) {
    case 'applying':
      return call.status(`${event.step}: ${event.summary}`)
    case 'applied':
      return call.info(`${event.step}: ${event.summary}`)
    case 'confirm':
      return call.status('way in: come in again by a new connection')
    case 'undone':
      return call.warn(
        `nobody confirmed the way in after the run before; undone: ${event.changes.join('; ')}`,
      )
    case 'skipped':
      return call.info(`${event.step}: skipped, ${event.why}`)
    default:
      return Promise.resolve()
  }
}

/** Top-level properties that differ between what was asked before and what is asked now. */
export function inputChanges(olds: Bag, news: Bag, replacing: readonly string[] = []): Change[] {
  return [...new Set([...Object.keys(olds), ...Object.keys(news)])]
    .filter((key) => !same(olds[key], news[key]))
    .map((path) => ({ path, kind: kindOf(path), ofInputs: true }))

  function kindOf(key: string): Change['kind'] {
    if (replacing.includes(key)) return 'replace'
    if (olds[key] === undefined) return 'add'
    return news[key] === undefined ? 'delete' : 'update'
  }
}

/** Prints a plan under its resource, a line a change, and answers it as differences for the engine. */
export async function planChanges(
  planned: readonly PlannedStep[],
  call: Call,
  { drift }: { drift: boolean },
): Promise<Change[]> {
  const busy = planned.filter(({ changes }) => changes.length > 0)
  if (busy.length === 0) return []
  // Told beside a plan only: an empty preview stays empty.
  const left = planned.flatMap((each) => (each.left ? [{ step: each.step, changes: each.left }] : []))
  const lines = [
    drift ? 'changed by hand on the host; up would' : 'up would',
    ...table(busy.map((each) => ({ step: each.step, changes: call.diffs ? withDiffs(each) : each.changes }))),
    ...(left.length > 0 ? ['not to be had on this host', ...table(left)] : []),
  ]
  await call.info(lines.join('\n'))
  return busy.map(({ step }) => ({ path: step, kind: 'update', ofInputs: false }))
}

/** A step's changes, each changed file's lines below its own. What was read on a host can't drive the terminal. */
export function withDiffs({ changes, diffs = {} }: PlannedStep): string[] {
  return changes.flatMap((summary) => {
    const lines = diffs[summary]?.split('\n') ?? []
    return [summary, ...lines.map((line) => `  ${line.replaceAll(/[^\P{Cc}\t]/gu, '\u{fffd}')}`)]
  })
}

function table(steps: readonly PlannedStep[]): string[] {
  const width = Math.max(...steps.map(({ step }) => step.length))
  return steps.flatMap(({ step, changes }) =>
    changes.map((summary, index) => `  ${(index === 0 ? step : '').padEnd(width)}  ${summary}`),
  )
}
