import type { Fault } from '../digitalocean/admin/faults.ts'
import { envelope } from './xml.ts'

/** What goes out: XML, a page of the web server under a status, or nothing. */
export type Outgoing = { xml: string } | { status: number } | { silence: 'cut' | 'hang' }

/** What a fault puts in place of the answer; a message is a refusal that passes, `500000 Too many requests`. */
export function strike({ kind, status = 500, message }: Fault): Outgoing {
  if (kind === 'cut' || kind === 'hang') return { silence: kind }
  if (message === undefined) return { status }
  const [, number = '5050900', text = message] = /^(\d+) (.*)$/.exec(message) ?? []
  return { xml: envelope({ error: { number, text }, ms: 0 }) }
}
