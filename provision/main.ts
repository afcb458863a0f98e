import { setTimeout } from 'node:timers/promises'
import type { Request } from './desired.ts'
import { waitForEarlierRun } from './earlier-run.ts'
import { OperatorError } from './errors.ts'
import type { Host } from './host.ts'
import { claimHost } from './only-one.ts'
import { playbook } from './playbook.ts'
import { failed, planned, type Emit } from './report.ts'
import { converge, type Step } from './step.ts'
import { thisHost } from './this-host.ts'
import { Guard, type Answer } from './undo/guard.ts'

/** Plans, or makes the host as desired; everything worth knowing is an event. Answers whether all went well. */
export async function run(
  request: Request,
  emit: Emit,
  signal: AbortSignal,
  host: Host = thisHost,
  answered: () => Promise<Answer> = nobody,
): Promise<boolean> {
  const start = performance.now()
  const at: { step: string; summary?: string | undefined } = { step: request.task }
  const left: string[] = []
  let changes = 0
  const guard = new Guard(host, request.undoAfterSeconds ?? 60)
  const confirm = async (): Promise<void> => {
    at.step = 'way in'
    at.summary = 'confirm it by a new connection'
    const leftMs = guard.leftMs()
    emit({ event: 'confirm', leftMs: Math.round(leftMs) })
    await guard.hold(await Promise.race([answered(), tooLate(leftMs)]))
  }
  try {
    using _claim =
      request.mode === 'converge'
        ? await claimHost(() => (at.summary === undefined ? at.step : `${at.step}: ${at.summary}`))
        : undefined
    const steps = playbook(request)
    if (request.mode === 'converge') {
      await waitForEarlierRun(host)
      const undone = await guard.settle()
      if (undone.length > 0) emit({ event: 'undone', changes: undone })
    }
    const first = await observeAll(steps, host, at)
    for (const { step, plan, reasons } of first) {
      if (reasons.length > 0) emit({ event: 'left out', step: step.name, reasons })
      if (plan.length > 0) emit(planned(step.name, plan))
      if (request.mode === 'plan') changes += plan.length
    }
    if (request.mode === 'converge') left.push(...steps.map(({ name }) => name))
    for (const { step, plan } of request.mode === 'converge' ? first : []) {
      at.step = left.shift() ?? step.name
      at.summary = undefined
      if (signal.aborted) throw stopped(at.step)
      // Risky steps follow each other, so that one new connection answers for all of them, or for as many as time allows.
      if (guard.armed && (!step.guarded || guard.halfOver)) {
        await confirm()
        at.step = step.name
        at.summary = undefined
      }
      // Once something has changed, what was seen before it may be wrong.
      const known = changes === 0 ? plan : undefined
      await converge(
        step,
        host,
        {
          async applying(name, summary) {
            if (signal.aborted) throw stopped(`${name}: ${summary}`)
            at.summary = summary
            if (step.guarded) await guard.arm(`${name}: ${summary}`)
            emit({ event: 'applying', step: name, summary })
          },
          applied(name, summary, ms) {
            changes++
            at.summary = undefined
            emit({ event: 'applied', step: name, summary, ms: Math.round(ms) })
          },
        },
        known,
      )
    }
    if (guard.armed) await confirm()
  } catch (error) {
    const undone = guard.armed ? await guard.undo() : []
    emit({ ...failed(at.step, at.summary, error), ...(undone.length > 0 && { undone }) })
    for (const step of left) emit({ event: 'skipped', step, why: `${at.step} comes first` })
    return false
  }
  emit({ event: 'done', changes, ms: Math.round(performance.now() - start) })
  return true
}

/** What would be done to a host that isn't there yet or doesn't answer: the plan for a fresh Debian. */
export function planBare(request: Request): { step: string; changes: string[] }[] {
  return playbook(request)
    .map((step) => ({ step: step.name, changes: step.plan(step.bare).map(({ summary }) => summary) }))
    .filter(({ changes }) => changes.length > 0)
}

/**
 * Serves one run over a pair of line streams. The first line is the request; the end of the lines, or the line
 * `cancel`, means that nobody waits any more: the change in progress is finished, and no other begun.
 * `confirmed` and `refused <why>` answer the event `confirm`.
 */
export async function serve(lines: AsyncIterator<string>, write: (line: string) => void): Promise<number> {
  // A hardened login's is stricter, and folders that others must read would be shut to them.
  process.umask(0o022)
  // The other side may be gone before a change is finished: that must not break it off.
  process.stdout.on('error', () => {})
  const emit: Emit = (event) => write(JSON.stringify(event))
  const stopping = new AbortController()
  const answer = Promise.withResolvers<Answer>()
  const { value: first = '{}' } = (await lines.next()) as { value?: string }
  void (async () => {
    for (;;) {
      const { done, value } = await lines.next()
      if (done || value === 'cancel') return stop()
      if (value === 'confirmed') answer.resolve({ confirmed: true })
      else if (value?.startsWith('refused ')) answer.resolve({ confirmed: false, why: value.slice(8) })
    }
  })().catch(stop)
  const good = await run(JSON.parse(first) as Request, emit, stopping.signal, thisHost, () => answer.promise)
  process.exitCode = good ? 0 : 1
  // The other side may keep the lines open until this process has ended.
  await lines.return?.()
  process.stdin.unref?.()
  return process.exitCode

  function stop(): void {
    stopping.abort()
    answer.resolve({ confirmed: false, why: 'nobody waits for this run any more' })
  }
}

async function nobody(): Promise<Answer> {
  return { confirmed: false, why: 'nobody was asked' }
}

async function tooLate(leftMs: number): Promise<Answer> {
  // Not a moment before the timer, which may be undoing already.
  await setTimeout(leftMs, undefined, { ref: false })
  return { confirmed: false, why: 'no new connection came in' }
}

async function observeAll(steps: Step<unknown>[], host: Host, at: { step: string }) {
  return Promise.all(
    steps.map(async (step) => {
      try {
        const observed = await step.observe(host)
        return { step, plan: step.plan(observed), reasons: step.left?.(observed) ?? [] }
      } catch (error) {
        at.step = step.name
        throw error
      }
    }),
  )
}

function stopped(next: string): OperatorError {
  return new OperatorError('stopped', {
    why: `stopped on request, before ${next}`,
    fix: 'run pulumi up again: what is done already is not repeated',
  })
}
