import type { Host } from './host.ts'
import { OperatorError, reasonOf } from './errors.ts'

/** One concern of a host: what it reads, and what it would change to make the host as desired. */
export interface Step<Observed> {
  readonly name: string
  /** What a fresh Debian 13 droplet would answer, for the plan of a host that isn't there yet. */
  readonly bare: Observed
  /** Reads only, and answers for a bare host too. */
  observe(host: Host): Promise<Observed>
  /** Pure, and says everything: what is missing and what shouldn't be there. */
  plan(observed: Observed): Change[]
  /** What this host can't be given, and why: `kernel.kptr_restrict: read-only here`. */
  left?(observed: Observed): string[]
  /** Its changes can shut the operator out: they are undone unless a new connection comes in after them. */
  readonly guarded?: boolean
}

export interface Change {
  /** Imperative, as the operator reads it in a plan and in an error: `allow 443/tcp`. */
  readonly summary: string
  readonly apply: (host: Host) => Promise<unknown>
  /** What changes in a file, line by line; absent where it could show a secret. */
  readonly diff?: string | undefined
}

export function change(summary: string, apply: Change['apply'], diff?: string): Change {
  return diff === undefined ? { summary, apply } : { summary, apply, diff }
}

/** Told of every change before and after it happens; throws to stop between two. */
export interface Watcher {
  applying(step: string, summary: string): void | Promise<void>
  applied(step: string, summary: string, ms: number): void
}

const unwatched: Watcher = { applying: () => {}, applied: () => {} }

/** Makes the host as the step desires, and answers the summaries of what it changed. */
export async function converge<Observed>(
  step: Step<Observed>,
  host: Host,
  watcher: Watcher = unwatched,
  changes?: Change[],
): Promise<string[]> {
  const planned = changes ?? step.plan(await step.observe(host))
  if (planned.length === 0) return []
  for (const { summary, apply } of planned) {
    await watcher.applying(step.name, summary)
    const start = performance.now()
    try {
      await apply(host)
    } catch (cause) {
      throw new OperatorError(`${host.name}: ${step.name}: could not ${summary}`, {
        why: reasonOf(cause),
        fix: cause instanceof OperatorError ? cause.fix : fallbackFix,
        cause,
      })
    }
    watcher.applied(step.name, summary, performance.now() - start)
  }
  const left = step.plan(await step.observe(host))
  if (left.length > 0) {
    throw new OperatorError(`${host.name}: ${step.name} did not hold`, {
      why: `after it was applied the host still needs: ${left.map(({ summary }) => summary).join(', ')}`,
      fix: 'see what undoes it on the host (journalctl --since -5min), then run pulumi up again',
    })
  }
  return planned.map(({ summary }) => summary)
}

const fallbackFix = 'put right what it names, then run pulumi up again: what is done already is not repeated'
