import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { asBody } from './body.ts'

type Entry = Readonly<Record<string, unknown>>

/** Where the lab writes what it was asked and what went wrong, an object a line. */
export type Log = (entry: Entry) => void

/** A log as JSON lines at the end of a file; a full one makes room, under `.1`. What can't be written is said on stderr: a log must not end the lab. */
export function jsonLines(file: string, mostBytes = 64_000_000): Log {
  let opened: number | undefined
  let bytes = 0
  return (entry) => {
    try {
      if (opened !== undefined && bytes > mostBytes) {
        closeSync(opened)
        opened = undefined
        renameSync(file, `${file}.1`)
      }
      if (opened === undefined) {
        mkdirSync(dirname(file), { recursive: true })
        opened = openSync(file, 'a', 0o600)
        bytes = fstatSync(opened).size
      }
      bytes += writeSync(opened, `${lineOf(entry)}\n`)
    } catch (error) {
      console.error(`could not log to ${file}: ${(error as Error).message}`)
      if (opened !== undefined) closeSync(opened)
      opened = undefined
    }
  }
}

/** The entry as JSON. */
export const lineOf = (entry: Entry): string => lines.get(entry) ?? JSON.stringify(entry)

// Answers are JSON already: what was sent goes into the log as it is, and is parsed only for those who look into it.
const lines = new WeakMap<Entry, string>()

function withAnswer(entry: Entry, answer: string | undefined): Entry {
  if (!answer) return entry
  const whole = Object.defineProperty({ ...entry }, 'response', {
    enumerable: true,
    get: () => JSON.parse(answer) as unknown,
  })
  lines.set(whole, `${JSON.stringify(entry).slice(0, -1)},"response":${answer}}`)
  return whole
}

const labels = new WeakMap<FastifyRequest, Entry>()

/** Adds fields to what the log will say of this request. */
export function labelRequest(request: FastifyRequest, label: Entry): void {
  labels.set(request, { ...labels.get(request), ...label })
}

/** Whether the lab was told to answer this one as it did. */
export const isToldWrong = (request: FastifyRequest): boolean => labels.get(request)?.['fault'] !== undefined

/** Logs each request with its answer. Headers are left out, so a token is never written. */
export function logRequests(app: FastifyInstance, log: Log, now: () => Date): void {
  const answers = new WeakMap<FastifyRequest, string>()
  app.addHook('onSend', async (request, reply, payload) => {
    const isJson = String(reply.getHeader('content-type')).startsWith('application/json')
    if (typeof payload === 'string' && isJson) answers.set(request, payload)
    return payload
  })
  app.addHook('onResponse', async (request, reply) => {
    const [path, query] = request.url.split('?', 2)
    const entry = {
      at: now().toISOString(),
      method: request.method,
      path,
      query,
      request: withoutUserData(request.body),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...labels.get(request),
    }
    log(withAnswer(entry, answers.get(request)))
  })
}

function withoutUserData(body: unknown): unknown {
  const fields = asBody(body)
  if (typeof fields?.['user_data'] !== 'string') return body ?? undefined
  return { ...fields, user_data: `${Buffer.byteLength(fields['user_data'])} bytes` }
}
