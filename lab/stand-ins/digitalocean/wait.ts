import { setTimeout } from 'node:timers/promises'
import type { Call } from '../../../plugin/provider.ts'
import type { Api } from './api.ts'

// The official plugin looks for the first time after 10 s and then every 3 s or more: so long takes a droplet of
// DigitalOcean's, not one of the lab's. SHOESTRING_STAND_IN_PACE=official keeps its pace.
const [firstLookMs, pollMs] =
  process.env['SHOESTRING_STAND_IN_PACE'] === 'official' ? [10_000, 3000] : [0, 100]

/** What a look found: where things stand, or nothing at all. */
export type Look = { state: string; result?: unknown } | undefined

export interface Wish {
  /** What to wait for, and what may be seen until then; any other state is an error. */
  target: string
  pending: readonly string[]
  timeoutMs?: number
  /** How many looks in a row may find nothing. */
  notFoundChecks?: number
}

/** Looks until the wished state is seen, in the words of Terraform's StateChangeConf. */
export async function waitForState(call: Call, wish: Wish, look: () => Promise<Look>): Promise<void> {
  const { target, pending, timeoutMs = call.timeoutMs || 60 * 60_000, notFoundChecks = 60 } = wish
  const deadline = Date.now() + timeoutMs
  let found: Look
  for (let notFound = 0; ;) {
    // oxlint-disable-next-line no-await-in-loop
    await setTimeout(found === undefined && notFound === 0 ? firstLookMs : pollMs)
    // oxlint-disable-next-line no-await-in-loop
    found = await look()
    notFound = found ? 0 : notFound + 1
    if (notFound > notFoundChecks) throw new Error(`couldn't find resource (${notFound} retries)`)
    if (found?.state === target) return
    if (found && !pending.includes(found.state))
      throw new Error(`unexpected state '${found.state}', wanted target '${target}'. last error: %!s(<nil>)`)
    const state = found?.state ?? ''
    if (Date.now() > deadline)
      throw new Error(
        `timeout while waiting for state to become '${target}' (last state: '${state}', timeout: ${timeoutMs / 1000}s)`,
      )
    if (call.signal.aborted) throw new Error(`cancelled while waiting for state to become '${target}'`)
  }
}

/** Waits until an action of a droplet has ended; that it ended well shows its time. */
export async function actionEnds(api: Api, call: Call, id: number): Promise<void> {
  await waitForState(call, { target: 'completed', pending: ['in-progress'] }, async () => {
    const { action } = await api.call('GET', `/v2/actions/${id}`)
    if (action.status === 'errored') return { state: 'errored' }
    return { state: action.completed_at === null ? 'in-progress' : 'completed' }
  })
}

/** Puts words before an error, as the official plugin does. */
export async function explaining<T>(words: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new Error(`${words}: ${(error as Error).message}`, { cause: error })
  }
}
