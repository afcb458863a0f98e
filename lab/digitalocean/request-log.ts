import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { asBody } from './body.ts'

/** Where the lab writes what it was asked and what went wrong, an object a line. */
export type Log = (entry: Readonly<Record<string, unknown>>) => void

/** A log as JSON lines at the end of a file. What can't be written is said on stderr: a log must not end the lab. */
export function jsonLines(file: string): Log {
  mkdirSync(dirname(file), { recursive: true })
  return (entry) => {
    try {
      appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
    } catch (error) {
      console.error(`could not log to ${file}: ${(error as Error).message}`)
    }
  }
}

/** Logs each request with its answer. Headers are left out, so a token is never written. */
export function logRequests(app: FastifyInstance, log: Log, now: () => Date): void {
  const answers = new WeakMap<FastifyRequest, string>()
  app.addHook('onSend', async (request, _reply, payload) => {
    if (typeof payload === 'string') answers.set(request, payload)
    return payload
  })
  app.addHook('onResponse', async (request, reply) => {
    const [path, query] = request.url.split('?', 2)
    const answer = answers.get(request)
    log({
      at: now().toISOString(),
      method: request.method,
      path,
      query,
      request: withoutUserData(request.body),
      status: reply.statusCode,
      response: answer ? (JSON.parse(answer) as unknown) : undefined,
      ms: Math.round(reply.elapsedTime),
    })
  })
}

function withoutUserData(body: unknown): unknown {
  const fields = asBody(body)
  if (typeof fields?.['user_data'] !== 'string') return body ?? undefined
  return { ...fields, user_data: `${Buffer.byteLength(fields['user_data'])} bytes` }
}
