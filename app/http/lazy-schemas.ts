import buildValidatorCompiler from '@fastify/ajv-compiler'
import buildSerializerCompiler from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'

type Validate = ReturnType<FastifySchemaCompiler<unknown>>

/**
 * Fastify's own compilers, put off until a route is first asked for: two sites with forty routes each cost 40 MB and
 * half a second at start otherwise, most of it for refusals that are all alike.
 */
export function lazySchemas(app: FastifyInstance): void {
  const validators = buildValidatorCompiler()(
    {},
    // Nothing is made out of what was sent, and nothing that was sent is dropped in silence.
    { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  ) as unknown as FastifySchemaCompiler<unknown>
  app.setValidatorCompiler((route) => {
    let compiled: Validate | undefined
    const validate: Validate = (value: unknown) => {
      compiled ??= validators(route)
      const valid = compiled(value)
      validate.errors = compiled.errors ?? null
      return valid
    }
    return validate
  })
  const serializers = buildSerializerCompiler()({}, {})
  app.setSerializerCompiler((route) => {
    // A refusal has no more fields than it is made with.
    if (/^[45]xx$/i.test(String(route.httpStatus))) return JSON.stringify
    let compiled: ReturnType<typeof serializers> | undefined
    return (value: unknown) => (compiled ??= serializers(route as Parameters<typeof serializers>[0]))(value)
  })
}
