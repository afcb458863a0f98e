import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Done, Fields, open, refusals, Token } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { notMe } from './not-me.ts'

/** The way out that every notice offers to whoever did not do what it tells of. */
export const notMeLink: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.post(
    '/not-me',
    {
      schema: {
        ...open,
        summary: 'End all sessions of an account, with the code of a notice',
        body: Fields({ token: Token }),
        response: { 200: Done, ...refusals },
      },
    },
    async (request) => {
      await notMe(parts, clientOf(request), request.body.token)
      return { message: texts.done.notMe }
    },
  )
}
