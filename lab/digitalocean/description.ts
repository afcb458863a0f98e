import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'

type Json = Record<string, any>

const file = join(import.meta.dirname, '../../../shared/digitalocean/openapi-subset.json')

/** Why answers aren't held to the official description here, if they aren't. */
export const descriptionMissing = existsSync(file)
  ? undefined
  : `${file} is not there: answers are not held to DigitalOcean's official description`

// Where the description is wrong and the official client right.
const allowed: { answer: RegExp; mismatch: RegExp; because: string }[] = [
  {
    answer: /^GET \/v2\/vpcs/,
    mismatch: /\/urn must match pattern/,
    because: 'the pattern of URNs leaves kinds out',
  },
  {
    answer: /^\S+ \S+ 400$/,
    mismatch: /required property '(error|root_causes)'/,
    because: 'clients read id and message of every error, of a 400 too',
  },
]

interface Answered {
  method: string
  path: RegExp
  template: string
  /** Answers by status; `default` is an error. */
  responses: Json
}

/** Collects every answer's mismatch with the official description, each as a line; none where it is missing. */
export function holdToDescription(app: FastifyInstance): string[] {
  const mismatches: string[] = []
  if (descriptionMissing) return mismatches
  const described = readDescription()
  app.addHook('onSend', async (request, reply, payload) => {
    const [path = ''] = request.url.split('?')
    const operation = described.find((each) => each.method === request.method && each.path.test(path))
    if (!operation || typeof payload !== 'string' || payload === '') return payload
    const answer = `${request.method} ${operation.template} ${reply.statusCode}`
    const validate = validator(answer, operation.responses, reply.statusCode)
    if (!validate) mismatches.push(`${answer}: a status that is not described`)
    else if (!validate(JSON.parse(payload)))
      for (const { instancePath, message } of validate.errors ?? []) {
        const mismatch = `${instancePath} ${message}`
        const fine = allowed.some((each) => each.answer.test(answer) && each.mismatch.test(mismatch))
        if (!fine) mismatches.push(`${answer}: ${mismatch}`)
      }
    return payload
  })
  return mismatches
}

// The tag pattern of the description is no regular expression under the u flag.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, allowUnionTypes: true })
// @ts-expect-error: its types describe an ES module where the package is CommonJS
formats(ajv)
const validators = new Map<string, ValidateFunction | undefined>()

function validator(answer: string, responses: Json, status: number): ValidateFunction | undefined {
  if (!validators.has(answer)) {
    const response = responses[status] ?? (status >= 400 ? responses['default'] : undefined)
    const schema = response?.content?.['application/json']?.schema
    validators.set(answer, schema ? ajv.compile(schema) : undefined)
  }
  return validators.get(answer)
}

let description: Answered[] | undefined

function readDescription(): Answered[] {
  description ??= operations(asJsonSchema(JSON.parse(readFileSync(file, 'utf8'))) as Json)
  return description
}

function operations({ paths }: Json): Answered[] {
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
