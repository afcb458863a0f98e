import type { FastifyRequest } from 'fastify'
import { ApiError, unprocessable } from './errors.ts'

/** A request's JSON object, its fields not yet looked at. */
export type Body = Readonly<Record<string, unknown>>

export function bodyOf(request: FastifyRequest): Body {
  return asBody(request.body ?? {}) ?? refuse('The request body must be a JSON object.')
}

export function asBody(value: unknown): Body | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Body) : undefined
}

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

/** The field as a droplet's id: clients send it as a number or as a string of digits. */
export function dropletId(value: unknown): number {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : (value as number)
}

function refuse(message: string): never {
  throw unprocessable(message)
}

/** Reads JSON whatever the method, and an empty body as nothing: the official client says JSON on a bare DELETE too. */
export function parseJson(json: string): unknown {
  if (json.trim() === '') return undefined
  try {
    return JSON.parse(json) as unknown
  } catch {
    throw new ApiError(400, 'bad_request', 'Unable to parse the request body as JSON.')
  }
}
