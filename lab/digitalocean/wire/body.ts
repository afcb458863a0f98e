import type { FastifyRequest } from 'fastify'
import { ApiError, badRequest, refusedByTags, unprocessable } from './errors.ts'

/** A request's JSON object, its fields not yet looked at. */
export type Body = Readonly<Record<string, unknown>>

export function bodyOf(request: FastifyRequest): Body {
  return asBody(request.body ?? {}) ?? refuse('The request body must be a JSON object.')
}

export function asBody(value: unknown): Body | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Body) : undefined
}

/** Whether the request says anything of the field; null is nothing. */
export const has = (body: Body, field: string): boolean => body[field] !== undefined && body[field] !== null

/** The field when it is a string that says something; absent, null and blank are all nothing. */
export function text(body: Body, field: string): string | undefined {
  const value = body[field]
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' ? value : refuse(`${field} must be a string.`)
}

export function integer(body: Body, field: string): number | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  return Number.isSafeInteger(value) ? (value as number) : refuse(`${field} must be an integer.`)
}

export function flag(body: Body, field: string): boolean | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  return typeof value === 'boolean' ? value : refuse(`${field} must be a boolean.`)
}

export function list(body: Body, field: string): readonly unknown[] {
  const value = body[field]
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? (value as unknown[]) : refuse(`${field} must be an array.`)
}

export function texts(body: Body, field: string): string[] {
  return list(body, field).map((item) =>
    typeof item === 'string' ? item : refuse(`${field} must be an array of strings.`),
  )
}

export function integers(body: Body, field: string): number[] {
  return list(body, field).map((item) =>
    Number.isSafeInteger(item) ? (item as number) : refuse(`${field} must be an array of integers.`),
  )
}

function refuse(message: string): never {
  throw unprocessable(message)
}

/** Reads JSON, and an empty body as nothing: the official client says JSON on a bare DELETE too. */
export function parseBody({ url, headers }: FastifyRequest, sent: string): unknown {
  if (sent.trim() === '') return undefined
  const type = headers['content-type'] ?? ''
  // A form is what curl sends without being told; the real API doesn't find its fields in it.
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type))
    throw new ApiError(
      415,
      'unsupported_media_type',
      `The request body must be application/json; got ${type}.`,
    )
  try {
    return JSON.parse(sent) as unknown
  } catch {
    throw unreadable(url)
  }
}

const unreadableText = 'Unable to parse the request body as JSON.'

/** The service behind /tags words its refusals in its own way. */
const unreadable = (url: string) =>
  /^\/v2\/tags\/?(\?|$)/.test(url) ? refusedByTags(unreadableText) : badRequest(unreadableText)
