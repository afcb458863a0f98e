import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { labelRequest, type Log } from '../wire/request-log.ts'
import type { Fault, Faults } from './faults.ts'

/** Lets calls meet the faults in force: before their handler runs, or when its change is made and its answer ready. */
export function strikeWith(faults: Faults, app: FastifyInstance, log: Log, now: () => Date): void {
  const later = new WeakMap<FastifyRequest, Fault>()
  const hanging = new Set<FastifyReply['raw']>()

  /** Ends the call without an answer; the log has to hear of it from here. */
  function silence({ kind, id }: Fault, request: FastifyRequest, reply: FastifyReply): void {
    const [path, query] = request.url.split('?', 2)
    log({ at: now().toISOString(), method: request.method, path, query, fault: id, answer: kind })
    if (kind === 'cut') return void reply.raw.destroy()
    hanging.add(reply.raw)
    reply.raw.once('close', () => hanging.delete(reply.raw))
  }

  // With the body read, so that the log has it.
  app.addHook('preHandler', async (request, reply) => {
    const [path = ''] = request.url.split('?')
    const fault = faults.meet(request.method, path)
    if (!fault) return undefined
    labelRequest(request, { fault: fault.id })
    if (fault.when === 'after') {
      later.set(request, fault)
      return undefined
    }
    if (fault.kind === 'status') {
      return reply.send(disguise(fault, request, reply))
    }
    reply.hijack()
    silence(fault, request, reply)
    return undefined
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const fault = later.get(request)
    if (!fault) return faults.any ? asDone(request, payload) : payload
    if (fault.kind !== 'status') {
      silence(fault, request, reply)
      return new Promise(() => {})
    }
    return disguise(fault, request, reply)
  })

  function asDone(request: FastifyRequest, payload: unknown): unknown {
    if (typeof payload !== 'string' || !payload.includes(completed)) return payload
    const [path = ''] = request.url.split('?')
    const fault = faults.meet(request.method, path, true)
    if (!fault) return payload
    labelRequest(request, { fault: fault.id })
    return payload.replaceAll(completed, '"status":"done"')
  }

  app.addHook('preClose', async () => {
    for (const raw of hanging) raw.destroy()
  })
}

const completed = '"status":"completed"'

// As users of the real API have seen them: terraform-provider-digitalocean #203 and #546, do-wrapper #48, Gamocosm #96.
const words: Record<number, [id: string, message: string]> = {
  401: ['Unauthorized', 'Unable to authenticate you'],
  404: ['not_found', 'The resource you were accessing could not be found.'],
  403: ['forbidden', 'You are not authorized to perform this operation'],
  409: ['conflict', 'The request could not be completed due to a conflict.'],
  412: ['precondition_failed', 'The request could not be completed as it stands.'],
  422: ['unprocessable_entity', 'The request could not be processed.'],
  429: ['too_many_requests', 'API Rate limit exceeded.'],
  500: ['internal_server_error', 'Server was unable to give you a response.'],
  503: ['service_unavailable', 'Service is currently unavailable.'],
}

/** Makes the answer one of an API in trouble; what is answered is its body. */
function disguise(
  { status = 500, message, html, retryAfterSeconds }: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  const [id, usual] = words[status] ?? ['fault', `The lab was told to answer ${status} here.`]
  const sentence = message ?? usual
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  reply.code(status).removeHeader('content-length')
  // As the proxy in front of the real API does in its bad hours: terraform-provider-digitalocean #117, #794.
  if (html) {
    reply.type('text/html; charset=utf-8')
    return `<!DOCTYPE html>\n<title>${status}</title>\n<h1>${sentence}</h1>\n`
  }
  reply.type('application/json; charset=utf-8')
  return JSON.stringify({ id, message: sentence, request_id: request.id })
}
