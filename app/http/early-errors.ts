import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { refusalOf, refuse, tellAsJson, type Tell } from './errors.ts'
import { Refusal } from './refusals.ts'
import { headersOf } from './security-headers.ts'

type EarlyErrors = Required<Pick<FastifyServerOptions, 'frameworkErrors' | 'clientErrorHandler'>>

/** What is refused before there is a route, or even a request: told as everything else is, and with the same headers. */
export function earlyErrors(tell: Tell, { https }: { https: boolean }): EarlyErrors {
  const headers = headersOf({ https })
  return {
    frameworkErrors(error: unknown, request: FastifyRequest, reply: FastifyReply) {
      reply.headers(headers)
      const answer = refuse(refusalOf(error), request, reply, tell)
      // A page has sent itself.
      if (answer !== reply) reply.send(answer)
    },
    clientErrorHandler({ code }, socket) {
      if (code === 'ECONNRESET' || socket.destroyed) return
      const status = statuses[code] ?? 400
      const body = JSON.stringify(tellAsJson(new Refusal('BAD_REQUEST', status)))
      const lines = Object.entries({
        ...headers,
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        connection: 'close',
      }).map(([name, value]) => `${name}: ${value}\r\n`)
      const answer = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`
      // One that is being answered already would read this as a part of that.
      const begun = (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent ?? false
      if (socket.writable && !begun) socket.end(answer, () => socket.destroy())
      else socket.destroy()
    },
  }
}

/** Node's words for what never became a request. */
const statuses: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }
