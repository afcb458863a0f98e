import type { Machines } from '../../machines.ts'
import type { Body } from '../wire/body.ts'
import type { ActionParams, Droplet, State } from '../state/state.ts'

/** Something droplets can be told to do. */
export interface Kind {
  /** Refuses, or answers what of the request has to be remembered. */
  accept?(droplet: Droplet, body: Body, draft: State, now: Date): ActionParams
  /** What happens to the machine; safe to repeat after a crash. */
  machine?(machines: Machines, droplet: Droplet, params: ActionParams): Promise<{ bytes: number } | void>
  /** What is true of the droplet afterwards. */
  settle?(droplet: Droplet, params: ActionParams, after: After): void
  /** What is left to do when it came to nothing. */
  abandon?(draft: State, params: ActionParams): void
}

/** What an action's end is told. */
export interface After {
  draft: State
  machines: Machines
  /** When the action began. */
  startedAt: string
  /** What the machine made of it. */
  made: { bytes: number } | undefined
}
