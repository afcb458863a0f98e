import { Type } from 'typebox'
import { texts } from '../texts/en.ts'
import type { Code } from './refusals.ts'

// What requests may hold, and what answers look like; OpenAPI is made of these.

/** HTML's own idea of an address, with a dot in the domain; ASCII, because look-alikes are how people are cheated. */
export const Email = Type.String({
  maxLength: 254,
  pattern:
    "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$",
  description: 'An ASCII email address',
})

/** Any text; whether it may be chosen is decided later. */
export const Password = Type.String({ minLength: 1, maxLength: 1024 })

/** A name, without control characters and without those that turn the direction of what follows. */
export const Name = Type.String({
  maxLength: 200,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]*$',
})

export const Id = Type.String({ format: 'uuid' })
export const Moment = Type.String({ format: 'date-time' })
export const Role = Type.Union([Type.Literal('member'), Type.Literal('admin')])

/** A mailed code. */
export const Token = Type.String({ maxLength: 200, minLength: 1 })

/** Refuses what it doesn't name. */
export const Fields = <const P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

export const ErrorAnswer = Type.Object(
  {
    error: Type.Object({
      code: Type.Unsafe<Code>({
        type: 'string',
        enum: Object.keys(texts.errors).toSorted(),
        description: 'Stable; made for programs',
      }),
      message: Type.String({ description: 'A sentence for people' }),
      fields: Type.Optional(Type.Record(Type.String(), Type.String())),
    }),
  },
  { description: 'What went wrong' },
)

/** For a route that asks for no session: all others answer 401 without one. */
export const open = { security: [] }

/** Every route may refuse. */
export const refusals = { '4xx': ErrorAnswer, '5xx': ErrorAnswer }

export const Done = Type.Object({ message: Type.String() })
export const Nothing = Type.Null({ description: 'Done' })
