import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { heldRunFile, noteHeld } from './held-run.ts'
import { isToldWrong } from './request-log.ts'

type Json = Record<string, any>

const file = join(import.meta.dirname, '../../../../shared/digitalocean/openapi-subset.json')

/** Why answers aren't held to the official description here, if they aren't. */
export const descriptionMissing = existsSync(file)
  ? undefined
  : `${file} is not there: answers are not held to DigitalOcean's official description`

/** One method of one path, as the official description has it. */
export interface Operation {
  method: string
  /** `/v2/tags/{tag_id}` */
  template: string
  path: RegExp
  /** Answers by status; `default` is an error. */
  responses: Json
}

/**
 * Holds every answer to the official description and collects what differs, each as a line; nothing where it is missing.
 * A test run's common notes are told of it too.
 * No answer is let off: where official clients are known to disagree with the description, it is about what they send.
 */
export function holdToDescription(app: FastifyInstance, notes = heldRunFile): string[] {
  const all: string[] = []
  if (descriptionMissing) return all
  const described = operations()
  let answers = 0
  app.addHook('onClose', async () => notes && noteHeld(notes, { answers }))
  app.addHook('onSend', async (request, reply, payload) => {
    const [path = ''] = request.url.split('?')
    const operation = described.find((each) => each.method === request.method && each.path.test(path))
    // What the lab was told to get wrong is nobody's claim about DigitalOcean.
    if (!operation || isToldWrong(request)) return payload
    const mismatches = mismatchesOf(operation, reply.statusCode, typeof payload === 'string' ? payload : '')
    all.push(...mismatches)
    answers += 1
    if (notes) for (const mismatch of mismatches) noteHeld(notes, { mismatch })
    return payload
  })
  return all
}

function mismatchesOf({ method, template, responses }: Operation, status: number, payload: string): string[] {
  const answer = `${method} ${template} ${status}`
  const response = responses[status] ?? (status >= 400 ? responses['default'] : undefined)
  if (!response) return [`${answer}: a status that is not described`]
  if (payload === '') return []
  const validate = validator(answer, response)
  if (!validate) return [`${answer}: a body where none is described`]
  if (validate(JSON.parse(payload))) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${answer}: ${instancePath} ${message}`)
}

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  allowUnionTypes: true,
  // The tag pattern of the description is no regular expression under the u flag.
  unicodeRegExp: false,
  // Each answer is looked at a few times at most: compiling fast counts more than validating fast, thirty times over.
  validateSchema: false,
  code: { optimize: false },
})
// @ts-expect-error: its types describe an ES module where the package is CommonJS
formats(ajv)
const validators = new Map<string, ValidateFunction | undefined>()

function validator(answer: string, response: Json): ValidateFunction | undefined {
  if (!validators.has(answer)) {
    const schema = response['content']?.['application/json']?.schema
    validators.set(answer, schema ? ajv.compile(schema) : undefined)
  }
  return validators.get(answer)
}

let description: Operation[] | undefined

/** All that the official description describes, the more exact path before the one with more parameters. */
export function operations(): Operation[] {
  description ??= readOperations(asJsonSchema(JSON.parse(readFileSync(file, 'utf8'))) as Json)
  return description
}

function readOperations({ paths }: Json): Operation[] {
  const all = Object.entries(paths as Json).flatMap(([template, methods]) =>
    Object.entries(methods as Json).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path: new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
      template,
      responses,
    })),
  )
  // /projects/default before /projects/{id}.
  return all.toSorted((a, b) => a.template.split('{').length - b.template.split('{').length)
}

/** OpenAPI 3.0's dialect as JSON Schema: `nullable` becomes a type, what ajv doesn't know goes. */
function asJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asJsonSchema)
  if (node === null || typeof node !== 'object') return node
  const { nullable, example: _example, discriminator: _discriminator, ...rest } = node as Json
  const schema: Json = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, asJsonSchema(value)]),
  )
  if (nullable === true && schema['type']) {
    schema['type'] = [schema['type'], 'null'].flat()
    if (schema['enum']) schema['enum'] = [...schema['enum'], null]
  }
  return schema
}
