import type { Request } from './desired.ts'
import { OperatorError } from './errors.ts'
import type { Host } from './host.ts'
import { claimHost } from './only-one.ts'
import { playbook } from './playbook.ts'
import { failed, planned, type Emit } from './report.ts'
import { converge, type Step } from './step.ts'
import { thisHost } from './this-host.ts'

/** Plans, or makes the host as desired; everything worth knowing is an event. Answers whether all went well. */
export async function run(
  request: Request,
  emit: Emit,
  signal: AbortSignal,
  host: Host = thisHost,
): Promise<boolean> {
  const start = performance.now()
  const at: { step: string; summary?: string | undefined } = { step: request.task }
  const left: string[] = []
  let changes = 0
  try {
    using _claim =
      request.mode === 'converge'
        ? await claimHost(() => (at.summary === undefined ? at.step : `${at.step}: ${at.summary}`))
        : undefined
    const steps = playbook(request)
    const first = await observeAll(steps, host, at)
    for (const { step, plan } of first) {
      if (plan.length > 0) emit(planned(step.name, plan))
      if (request.mode === 'plan') changes += plan.length
    }
    if (request.mode === 'converge') left.push(...steps.map(({ name }) => name))
    for (const { step, plan } of request.mode === 'converge' ? first : []) {
      at.step = left.shift() ?? step.name
      at.summary = undefined
      if (signal.aborted) throw stopped(at.step)
      // Once something has changed, what was seen before it may be wrong.
      const known = changes === 0 ? plan : undefined
      await converge(
        step,
        host,
        {
          applying(name, summary) {
            if (signal.aborted) throw stopped(`${name}: ${summary}`)
            at.summary = summary
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
  } catch (error) {
    emit(failed(at.step, at.summary, error))
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
 */
export async function serve(lines: AsyncIterator<string>, write: (line: string) => void): Promise<number> {
  // The other side may be gone before a change is finished: that must not break it off.
  process.stdout.on('error', () => {})
  const emit: Emit = (event) => write(JSON.stringify(event))
  const stopping = new AbortController()
  const { value: first = '{}' } = (await lines.next()) as { value?: string }
  void (async () => {
    for (;;) {
      const { done, value } = await lines.next()
      if (done || value === 'cancel') return stopping.abort()
    }
  })().catch(() => stopping.abort())
  const good = await run(JSON.parse(first) as Request, emit, stopping.signal)
  process.exitCode = good ? 0 : 1
  // The other side may keep the lines open until this process has ended.
  await lines.return?.()
  process.stdin.unref?.()
  return process.exitCode
}

async function observeAll(steps: Step<unknown>[], host: Host, at: { step: string }) {
  return Promise.all(
    steps.map(async (step) => {
      try {
        return { step, plan: step.plan(await step.observe(host)) }
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
