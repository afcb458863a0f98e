import { flag, has, integer, text, texts, type Body } from '../wire/body.ts'
import { badRequest } from '../wire/errors.ts'
import type { UptimeAlert, UptimeCheck } from '../state/state.ts'
import { oneOf } from './policy-fields.ts'
import { recipientsIn } from './recipients.ts'

const regions = ['us_east', 'us_west', 'eu_west', 'se_asia']
const periods = ['2m', '3m', '5m', '10m', '15m', '30m', '1h']

/** An uptime check as a request describes it; the API wants it whole, each time. */
export function checkIn(body: Body, known?: UptimeCheck): Omit<UptimeCheck, 'id' | 'alerts'> {
  // In this order, and by these words: https://github.com/digitalocean/openapi/pull/775
  for (const field of ['name', 'type', 'target', 'regions', 'enabled'] as const)
    if (!has(body, field) && known === undefined) throw badRequest(`missing required field '${field}'`)
  const type = has(body, 'type') ? oneOf(body, 'type', ['ping', 'http', 'https'] as const) : known?.type
  const target = text(body, 'target') ?? known?.target
  const name = text(body, 'name') ?? known?.name
  if (!name || !type || !target) throw badRequest("missing required field 'name'")
  refuseTarget(type, target)
  const asked = has(body, 'regions') ? texts(body, 'regions') : (known?.regions ?? [])
  for (const region of asked)
    if (!regions.includes(region)) throw badRequest(`invalid value for field 'regions': '${region}'`)
  return { name, type, target, regions: asked, enabled: flag(body, 'enabled') ?? known?.enabled ?? true }
}

function refuseTarget(type: UptimeCheck['type'], target: string): void {
  const scheme = /^([a-z]+):\/\//.exec(target)?.[1]
  const fits = type === 'ping' ? true : scheme === type
  if (!fits || !URL.canParse(type === 'ping' && !scheme ? `ping://${target}` : target))
    throw badRequest(`invalid value for field 'target': '${target}'`)
}

/** An alert on an uptime check as a request describes it. */
export function uptimeAlertIn(body: Body, known?: UptimeAlert): Omit<UptimeAlert, 'id'> {
  for (const field of ['name', 'type', 'notifications', 'period'])
    if (!has(body, field) && known === undefined) throw badRequest(`missing required field '${field}'`)
  const type = has(body, 'type')
    ? oneOf(body, 'type', ['latency', 'down', 'down_global', 'ssl_expiry'] as const)
    : known?.type
  const name = text(body, 'name') ?? known?.name
  const period = has(body, 'period') ? oneOf(body, 'period', periods) : known?.period
  const recipients = has(body, 'notifications') ? recipientsIn(body, 'notifications') : known?.recipients
  if (!name || !type || !period || !recipients) throw badRequest("missing required field 'name'")
  const threshold = integer(body, 'threshold') ?? known?.threshold
  const measured = type === 'latency' || type === 'ssl_expiry'
  if (measured && threshold === undefined) throw badRequest("missing required field 'threshold'")
  const comparison = text(body, 'comparison')
    ? oneOf(body, 'comparison', ['greater_than', 'less_than'] as const)
    : known?.comparison
  return { name, type, threshold, comparison, period, recipients }
}
