import { OperatorError, reasonOf } from './errors.ts'
import type { Change } from './step.ts'

/** What a run tells, one JSON line each. */
export type Event =
  | {
      event: 'planned'
      step: string
      changes: string[]
      /** Diffs of the changed files by the summary of their change; never of one that may hold a secret. */
      diffs?: Record<string, string>
    }
  | { event: 'applying'; step: string; summary: string }
  | { event: 'applied'; step: string; summary: string; ms: number }
  | { event: 'skipped'; step: string; why: string }
  /** What the step would give a host that could take it; each with its reason. */
  | { event: 'left out'; step: string; reasons: string[] }
  /** What could shut the operator out is done: a new connection must come in, or it is undone. */
  | { event: 'confirm'; leftMs: number }
  /** The way in as it was before these changes; of an earlier run that nobody confirmed. */
  | { event: 'undone'; changes: string[] }
  /** `undone`: changes of this run that were taken back. */
  | { event: 'failed'; step: string; summary?: string; why: string; fix: string; undone?: string[] }
  | { event: 'done'; changes: number; ms: number }

export type Emit = (event: Event) => void

export function planned(step: string, changes: Change[]): Event {
  const diffs = Object.fromEntries(changes.flatMap(({ summary, diff }) => (diff ? [[summary, diff]] : [])))
  return {
    event: 'planned',
    step,
    changes: changes.map(({ summary }) => summary),
    ...(Object.keys(diffs).length > 0 && { diffs }),
  }
}

/** The failure as an event; whatever isn't an operator's business is a bug and keeps its stack. */
export function failed(step: string, summary: string | undefined, error: unknown): Event {
  const known = error instanceof OperatorError
  return {
    event: 'failed',
    step,
    ...(summary !== undefined && { summary }),
    why: known ? error.why : error instanceof Error ? (error.stack ?? error.message) : reasonOf(error),
    fix: known ? error.fix : 'this is a bug in provision: report it with the lines above',
  }
}
