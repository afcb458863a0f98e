import { timestamp, type UptimeCheck } from '../state/state.ts'
import type { TargetAnswer } from './ask-target.ts'

interface CheckState {
  up: boolean
  changedAt: Date
  begunAt: Date
  downMs: number
  outage?: { from: Date; until: Date } | undefined
}

/** How each check's target has been since the API began to look. */
export class CheckStates {
  readonly #states = new Map<string, CheckState>()

  note({ id }: UptimeCheck, { up }: TargetAnswer, now: Date): void {
    const state = this.#states.get(id)
    if (!state) {
      this.#states.set(id, { up, changedAt: now, begunAt: now, downMs: 0 })
    } else if (state.up !== up) {
      if (up) {
        state.outage = { from: state.changedAt, until: now }
        state.downMs += now.getTime() - state.changedAt.getTime()
      }
      Object.assign(state, { up, changedAt: now })
    }
  }

  /** As the API shows it; a lab is in one place, so that every region saw the same. */
  wire({ id, regions }: UptimeCheck, now: Date) {
    const state = this.#states.get(id)
    if (!state) {
      const checking = {
        status: 'CHECKING',
        status_changed_at: timestamp(now),
        thirty_day_uptime_percentage: 0,
      }
      return { regions: Object.fromEntries(regions.map((region) => [region, checking])) }
    }
    const { up, changedAt, begunAt, outage } = state
    const downMs = state.downMs + (up ? 0 : now.getTime() - changedAt.getTime())
    const seenMs = Math.max(1, now.getTime() - begunAt.getTime())
    const one = {
      status: up ? 'UP' : 'DOWN',
      status_changed_at: timestamp(changedAt),
      thirty_day_uptime_percentage: Math.round((1 - Math.min(1, downMs / seenMs)) * 10_000) / 100,
    }
    return {
      regions: Object.fromEntries(regions.map((region) => [region, one])),
      ...(outage && {
        previous_outage: {
          region: regions[0] ?? '',
          started_at: timestamp(outage.from),
          ended_at: timestamp(outage.until),
          duration_seconds: Math.round((outage.until.getTime() - outage.from.getTime()) / 1000),
        },
      }),
    }
  }

  /** Forgets checks that are gone. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#states.keys()) if (!ids.has(id)) this.#states.delete(id)
  }
}
