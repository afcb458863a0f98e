import type { AlertPolicy, Droplet, UptimeAlert, UptimeCheck } from '../state/state.ts'
import type { TargetAnswer } from './ask-target.ts'
import type { Notice } from './outside.ts'

type Turn = 'triggered' | 'resolved'

/** The mail about a droplet that is over its threshold, or no more. */
export function policyNotice(policy: AlertPolicy, droplet: Droplet, value: number, turn: Turn): Notice {
  const { description, type, compare, window } = policy
  return {
    to: policy.recipients.email,
    subject: `DigitalOcean monitoring ${turn}: ${description} (${droplet.name})`,
    text: [
      `${droplet.name} (${droplet.ipv4}): ${description}`,
      '',
      `metric     ${type}`,
      `condition  ${compare} ${policy.value} for ${window}`,
      `now        ${Math.round(value * 100) / 100}`,
      '',
    ].join('\n'),
  }
}

/** The mail about a target that does not answer as it should, or does again. */
export function uptimeNotice(
  check: UptimeCheck,
  alert: UptimeAlert,
  answer: TargetAnswer,
  turn: Turn,
): Notice {
  const now = turn === 'resolved' ? words[alert.type].over : words[alert.type].on
  return {
    to: alert.recipients.email,
    subject: `DigitalOcean Uptime ${turn}: ${check.name} ${now}`,
    text: [
      `${check.name} ${now}: ${alert.name}`,
      '',
      `target       ${check.target}`,
      `saw          ${answer.saw}, after ${answer.latencyMs} ms`,
      ...(answer.certificateEnds ? [`certificate  until ${answer.certificateEnds.toISOString()}`] : []),
      '',
    ].join('\n'),
  }
}

const words: Record<UptimeAlert['type'], { on: string; over: string }> = {
  down: { on: 'is down', over: 'is up again' },
  down_global: { on: 'is down everywhere', over: 'is up again' },
  latency: { on: 'is slow', over: 'is as fast as before' },
  ssl_expiry: { on: 'has a certificate that ends soon', over: 'has a new certificate' },
}
