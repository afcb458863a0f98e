import { setTimeout } from 'node:timers/promises'
import type { Call } from '../../../plugin/provider.ts'
import type { Api } from './api.ts'

// The official plugin asks every 3 to 10 s: so long takes a droplet of DigitalOcean's, not one of the lab's.
const pollMs = 200
const defaultTimeoutMs = 10 * 60_000

/** Asks until there is something to say, the time is up, or the run is cancelled. */
export async function until<T>(call: Call, what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const timeoutMs = call.timeoutMs || defaultTimeoutMs
  const deadline = Date.now() + timeoutMs
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`)
    if (call.signal.aborted) throw new Error(`cancelled while waiting for ${what}`)
    // oxlint-disable-next-line no-await-in-loop
    await setTimeout(pollMs)
  }
}

/** Waits until an action has completed; its failure is an error. */
export async function actionEnds(api: Api, call: Call, path: string): Promise<void> {
  await until(call, `the action ${path}`, async () => {
    const { action } = await api.call('GET', path)
    if (action.status === 'errored')
      throw new Error(`the action ${action.type} (${path}) failed; the lab's log says why`)
    return action.status === 'completed' || undefined
  })
}

/** Waits until nothing is under way on a droplet, or the droplet is gone. */
export async function dropletIsIdle(api: Api, call: Call, id: string): Promise<void> {
  await until(call, `droplet ${id} to be left alone`, async () => {
    const answer = await api.find(`/v2/droplets/${id}/actions?per_page=50`)
    const pending =
      answer?.actions.some((action: { status: string }) => action.status === 'in-progress') ?? false
    return !pending || undefined
  })
}
