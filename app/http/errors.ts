import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callsOf } from '../error-reports/calls.ts'
import { texts } from '../texts/en.ts'
import { Refusal, type Code } from './refusals.ts'

/** How a refusal is told: as JSON or as a page. */
export type Tell = (refusal: Refusal, request: FastifyRequest, reply: FastifyReply) => unknown

/** Errors as JSON: `{error: {code, message, fields?}}`. */
export const tellAsJson = ({ code, message, fields }: Refusal): object => ({
  error: { code, message, ...(fields && { fields }) },
})

/** Whom to tell of an error that nobody foresaw, and at which route it was. */
export type Report = (error: unknown, route: string) => void

/** Every error as a stable code and a sentence; what we didn't foresee goes to the log and not to the outside. */
export function errors(
  app: FastifyInstance,
  tell: Tell = tellAsJson,
  report: Report = () => undefined,
): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal.statusCode >= 500) request.log.error(withoutValues(refusal.cause ?? error), refusal.message)
    if (refusal.code === 'INTERNAL')
      report(refusal.cause ?? error, `${request.method} ${request.routeOptions.url ?? ''}`.trim())
    return refuse(refusal, request, reply, tell)
  })
}

export function refuse(
  refusal: Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
  tell: Tell = tellAsJson,
): unknown {
  reply.code(refusal.statusCode).header('cache-control', 'no-store')
  if (refusal.retryAfterSeconds !== undefined) reply.header('retry-after', String(refusal.retryAfterSeconds))
  return tell(refusal, request, reply)
}

/** Any error as a refusal; one that nobody foresaw as INTERNAL. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const { code = '', statusCode = 500, validation, message = '' } = error as Partial<FastifyError>
  if (validation) return new Refusal('INVALID_INPUT', 400, { fields: fieldsOf(validation) })
  const known = fastifyCodes[code]
  if (known) return new Refusal(known, statusCode)
  if (unreachable.has(code) || cutOff.test(message))
    return new Refusal('UNAVAILABLE', 503, { retryAfterSeconds: 5, cause: error })
  if (unstorable.has(code)) return new Refusal('INVALID_INPUT', 400, { cause: error })
  if (statusCode >= 400 && statusCode < 500) return new Refusal('BAD_REQUEST', statusCode)
  return new Refusal('INTERNAL', 500, { cause: error })
}

const fastifyCodes: Record<string, Code> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
}

/** How the two clients of Postgres, and Postgres itself, say that it is not there, full, or about to go. */
const unreachable = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  // Of https://www.postgresql.org/docs/17/errcodes-appendix.html: two who wait for each other (nothing of it happened,
  // and it may be asked for again), disk full, too many connections, shut down, starting.
  '40001',
  '40P01',
  '53100',
  '53300',
  '57P01',
  '57P02',
  '57P03',
])

/** How `pg` says the same in words alone: it gives these no code. */
const cutOff =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/

/** What passes as text or as an id here and is none to Postgres: half a character, `urn:uuid:`. */
const unstorable = new Set(['22021', '22P02', '22P05'])

/** A sentence for each field that the schema refuses. */
function fieldsOf(validation: NonNullable<FastifyError['validation']>): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const { keyword, instancePath, params } of validation) {
    const named = params['missingProperty'] ?? params['additionalProperty'] ?? params['requiredProperties']
    const name = typeof named === 'string' ? named : (instancePath.split('/')[1] ?? '')
    const told = keyword === 'pattern' && name === 'email' ? texts.fields.email : sentences[keyword]
    fields[name.slice(0, 60)] ??= told ?? texts.fields.wrongType
  }
  return fields
}

const sentences: Record<string, string> = {
  required: texts.fields.missing,
  additionalProperties: texts.fields.unknown,
  maxLength: texts.fields.tooLong,
  minLength: texts.fields.missing,
  pattern: texts.fields.text,
}

/**
 * What a log may hold of an error. Postgres's clients keep what they sent in it, and Postgres and parsers quote in
 * their messages what they stumbled over: values of people. Type, code and the calls say enough to find it.
 */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: 'something that is no error was thrown' }
  const { name, message, stack } = error
  const code = 'code' in error ? error.code : undefined
  if ('severity' in error || error instanceof SyntaxError)
    return { err: { type: name, code, stack: callsOf(error) } }
  return { err: { type: name, message, code, stack } }
}
