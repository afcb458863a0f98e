import * as v from 'valibot'
import type { FastifyRequest } from 'fastify'
import { unprocessable } from '../wire/errors.ts'

/** The body as the schema has it, or a refusal that names the field and what it may be. */
export function wishIn<Schema extends v.StrictObjectSchema<v.ObjectEntries, undefined>>(
  schema: Schema,
  { body }: FastifyRequest,
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, body ?? {})
  if (success) return output
  const [issue] = issues
  const field = v.getDotPath(issue)
  if (!field) throw unprocessable('The request body must be a JSON object.')
  if (!(field in schema.entries) && !field.includes('.'))
    throw unprocessable(
      `There is no field ${field} here; there are ${Object.keys(schema.entries).join(', ')}.`,
    )
  if (issue.received === 'undefined') throw unprocessable(`${field} is missing.`)
  throw unprocessable(`${field} must be ${inWords(issue.expected ?? issue.message)}; got ${issue.received}.`)
}

/** Valibot's `>=400` and `("a" | "b")` as a person would say it. */
const inWords = (expected: string) =>
  expected
    .replace(/^>=/, 'at least ')
    .replace(/^<=/, 'at most ')
    .replace(/^\((.*)\)$/, (_whole, choices: string) => choices.replaceAll(' | ', ' or '))
