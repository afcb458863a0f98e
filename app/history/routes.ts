import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Fields, Moment, refusals } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { signedIn } from '../sessions/signed-in.ts'
import { readHistory } from './reading.ts'

const pageLength = 50

const Happened = Type.Object({
  id: Type.String(),
  at: Moment,
  event: Type.String(),
  device: Type.String(),
  network: Type.String(),
  byAdmin: Type.Boolean({ description: 'Whether an admin did it; where from is not told then' }),
  details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
})

/** What happened to the account of whoever is signed in, for their own eyes. */
export const history: FastifyPluginAsyncTypebox<SiteParts> = async (app, { db }) => {
  app.get(
    '/account/history',
    {
      schema: {
        summary: 'What happened to my account',
        description: 'The last first, 50 at a time; `next` is the `before` of the next page.',
        // 18 digits always fit into Postgres's bigint.
        querystring: Fields({ before: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })) }),
        response: {
          200: Type.Object({
            entries: Type.Array(Happened),
            next: Type.Union([Type.String(), Type.Null()]),
          }),
          ...refusals,
        },
      },
    },
    (request) => readHistory(db, signedIn(request).id, { before: request.query.before, limit: pageLength }),
  )
}
