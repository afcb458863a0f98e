/** A number that is read from outside, with all its samples. */
export interface Metric {
  name: string
  type: 'counter' | 'gauge'
  help: string
  samples: Sample[]
}

export interface Sample {
  labels?: Record<string, string>
  value: number
}

export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Prometheus's text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function asText(metrics: Metric[]): string {
  return metrics
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels, value }) => `${name}${labels ? labelled(labels) : ''} ${valueOf(value)}`),
    ])
    .map((line) => `${line}\n`)
    .join('')
}

function labelled(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, text]) => {
    const quoted = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
    return `${name}="${quoted}"`
  })
  return `{${pairs.join(',')}}`
}

/** Go's words for what has no digits. */
function valueOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}
