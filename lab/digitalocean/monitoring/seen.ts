import type { AlertPolicy, Droplet, UptimeAlert, UptimeCheck } from '../state/state.ts'
import type { TargetAnswer } from './ask-target.ts'
import { durationMs } from './duration.ts'
import { policyNotice, uptimeNotice } from './notices.ts'
import type { Notice } from './outside.ts'

/** One thing that an alert is about, and whether its condition holds now. */
export interface Seen {
  key: string
  holds: boolean | undefined
  mustLastMs: number
  notice: (turn: 'triggered' | 'resolved') => Notice
}

/** Whether a policy is about a droplet. */
export function covers({ type, entities, tags }: AlertPolicy, droplet: Droplet): boolean {
  if (!type.startsWith('v1/insights/droplet/')) return false
  if (entities.length + tags.length === 0) return true
  return entities.includes(String(droplet.id)) || tags.some((tag) => droplet.tags.includes(tag))
}

export function seenPolicy(policy: AlertPolicy, droplet: Droplet, value: number | undefined): Seen {
  return {
    key: `${policy.id} ${droplet.id}`,
    holds:
      value === undefined
        ? undefined
        : policy.compare === 'GreaterThan'
          ? value > policy.value
          : value < policy.value,
    mustLastMs: durationMs(policy.window),
    notice: (turn) => policyNotice(policy, droplet, value ?? 0, turn),
  }
}

export function seenAlert(check: UptimeCheck, alert: UptimeAlert, answer: TargetAnswer, now: Date): Seen {
  return {
    key: `${alert.id} ${check.id}`,
    holds: holds(alert, answer, now),
    // A certificate that ends does not have to go on ending.
    mustLastMs: alert.type === 'ssl_expiry' ? 0 : durationMs(alert.period),
    notice: (turn) => uptimeNotice(check, alert, answer, turn),
  }
}

const dayMs = 86_400_000

/** Undefined where there is nothing to compare: who is down has no latency, and shows no certificate. */
function holds(
  { type, threshold = 0, comparison }: UptimeAlert,
  { up, latencyMs, certificateEnds }: TargetAnswer,
  now: Date,
): boolean | undefined {
  if (type === 'down' || type === 'down_global') return !up
  if (type === 'ssl_expiry')
    return certificateEnds && (certificateEnds.getTime() - now.getTime()) / dayMs < threshold
  if (!up) return undefined
  return comparison === 'less_than' ? latencyMs < threshold : latencyMs > threshold
}
