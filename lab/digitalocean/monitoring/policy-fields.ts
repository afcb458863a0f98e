import { flag, has, text, texts, type Body } from '../wire/body.ts'
import { badRequest } from '../wire/errors.ts'
import type { AlertPolicy } from '../state/state.ts'
import { recipientsIn } from './recipients.ts'

const droplet = 'v1/insights/droplet/'
const loadBalancer = 'v1/insights/lbaas/'
const database = 'v1/dbaas/alerts/'

// All that the API takes; what is not a droplet's never fires here.
const types = [
  ...[
    'load_1',
    'load_5',
    'load_15',
    'memory_utilization_percent',
    'disk_utilization_percent',
    'cpu',
    'disk_read',
    'disk_write',
    'public_outbound_bandwidth',
    'public_inbound_bandwidth',
    'private_outbound_bandwidth',
    'private_inbound_bandwidth',
  ].map((type) => `${droplet}${type}`),
  ...[
    'avg_cpu_utilization_percent',
    'connection_utilization_percent',
    'droplet_health',
    'tls_connections_per_second_utilization_percent',
    'increase_in_http_error_rate_percentage_5xx',
    'increase_in_http_error_rate_percentage_4xx',
    'increase_in_http_error_rate_count_5xx',
    'increase_in_http_error_rate_count_4xx',
    'high_http_request_response_time',
    'high_http_request_response_time_50p',
    'high_http_request_response_time_95p',
    'high_http_request_response_time_99p',
  ].map((type) => `${loadBalancer}${type}`),
  ...['load_15_alerts', 'memory_utilization_alerts', 'disk_utilization_alerts', 'cpu_alerts'].map(
    (type) => `${database}${type}`,
  ),
]

/** An alert policy as a request describes it, always whole. */
export function policyIn(body: Body): Omit<AlertPolicy, 'id'> {
  for (const field of ['type', 'description', 'compare', 'value', 'window', 'enabled'])
    if (!has(body, field)) throw badRequest(`missing required field '${field}'`)
  const value = body['value']
  if (typeof value !== 'number') throw badRequest("invalid value for field 'value': not a number")
  return {
    type: oneOf(body, 'type', types),
    description: text(body, 'description') ?? '',
    compare: oneOf(body, 'compare', ['GreaterThan', 'LessThan'] as const),
    value,
    window: oneOf(body, 'window', ['5m', '10m', '30m', '1h']),
    entities: texts(body, 'entities'),
    tags: texts(body, 'tags'),
    recipients: recipientsIn(body, 'alerts'),
    enabled: flag(body, 'enabled') ?? true,
  }
}

/** The field as one of the values it may have. */
export function oneOf<T extends string>(body: Body, field: string, values: readonly T[]): T {
  const asked = text(body, field)
  const value = values.find((each) => each === asked)
  if (value === undefined) throw badRequest(`invalid value for field '${field}': '${asked}'`)
  return value
}
