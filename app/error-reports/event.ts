import { randomBytes } from 'node:crypto'
import { callsOf } from './calls.ts'

interface Frame {
  function?: string
  filename: string
  lineno: number
  colno: number
}

export interface Occurrence {
  /** `POST /api/session`: the pattern, never what was asked for. */
  route: string
  release: string
  at: Date
}

/** An error as Sentry takes it, with nothing that anybody typed: its message may hold that, so it stays here. */
export function eventOf(error: unknown, { route, release, at }: Occurrence) {
  const { name, code, frames } = bare(error)
  return {
    event_id: randomBytes(16).toString('hex'),
    timestamp: at.toISOString(),
    platform: 'node',
    level: 'error',
    logger: 'accounts',
    transaction: route,
    release,
    exception: { values: [{ type: name, value: code, stacktrace: { frames } }] },
  }
}

/** One event in its envelope: https://develop.sentry.dev/sdk/foundations/transport/envelopes/ */
export function envelopeOf(event: ReturnType<typeof eventOf>): string {
  const payload = JSON.stringify(event)
  return [
    JSON.stringify({ event_id: event.event_id, sent_at: event.timestamp }),
    JSON.stringify({ type: 'event', content_type: 'application/json', length: Buffer.byteLength(payload) }),
    `${payload}\n`,
  ].join('\n')
}

function bare(error: unknown): { name: string; code: string; frames: Frame[] } {
  if (!(error instanceof Error))
    return { name: 'Error', code: 'something that is no error was thrown', frames: [] }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return {
    name: /^[\w$]{1,60}$/.test(error.name) ? error.name : 'Error',
    code: /^\w{1,60}$/.test(code) ? code : 'no code',
    frames: framesOf(error),
  }
}

const line =
  /^ {4}at (?:async )?(?:([\w$.<># ]+)(?: \[as [\w$]+\])? \()?((?:file:\/\/|node:|\/)[^()]+):(\d+):(\d+)\)?$/

/** Where it came from, the call that led to all others first. */
function framesOf(error: Error): Frame[] {
  return callsOf(error)
    .split('\n')
    .flatMap((text) => {
      const [, name, file = '', lineno, colno] = line.exec(text) ?? []
      if (file === '') return []
      const place = { filename: file.replace(/^file:\/\//, ''), lineno: Number(lineno), colno: Number(colno) }
      return [name === undefined ? place : { function: name, ...place }]
    })
    .toReversed()
}
