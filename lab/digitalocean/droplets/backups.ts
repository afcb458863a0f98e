import { asBody, integer, text, type Body } from '../wire/body.ts'
import { unprocessable } from '../wire/errors.ts'
import type { BackupPolicy } from '../state/state.ts'

const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const windowHours = 4

/** The backup policy a request asks for; weekly when it says nothing. The lab keeps it and makes no backups. */
export function backupPolicyIn(body: Body): BackupPolicy {
  const policy = asBody(body['backup_policy'])
  if (!policy) return { plan: 'weekly' }
  const plan = text(policy, 'plan')
  const weekday = text(policy, 'weekday')
  const hour = integer(policy, 'hour')
  if (plan !== 'daily' && plan !== 'weekly') throw unprocessable('backup plan must be daily or weekly')
  if (weekday && !weekdays.includes(weekday))
    throw unprocessable(`weekday must be one of ${weekdays.join(', ')}`)
  if (plan === 'daily' && weekday) throw unprocessable('weekday can only be set for a weekly backup plan')
  if (hour !== undefined && (hour % windowHours !== 0 || hour < 0 || hour > 20))
    throw unprocessable('hour must be one of 0, 4, 8, 12, 16, 20')
  return { plan, ...(weekday ? { weekday } : {}), ...(hour === undefined ? {} : { hour }) }
}

/** When the next backup would begin: the policy's hour of the day, on its weekday, after `now`. */
export function nextBackupWindow(policy: BackupPolicy, now: Date): { start: string; end: string } {
  const days = Array.from({ length: 8 }, (_, ahead) =>
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + ahead, policy.hour ?? 0),
  )
  const rightDay = (time: number) =>
    policy.plan === 'daily' || weekdays[new Date(time).getUTCDay()] === (policy.weekday ?? 'SUN')
  const start = days.find((time) => time > now.getTime() && rightDay(time)) ?? now.getTime()
  return {
    start: new Date(start).toISOString(),
    end: new Date(start + windowHours * 3_600_000).toISOString(),
  }
}
