import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Code } from '../factors/shapes.ts'
import { Done, Email, Fields, open, Password, refusals, Token } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { askForReset, reset } from './recovery.ts'

/** A way back in for whoever lost the password. */
export const recovery: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.post(
    '/recoveries',
    {
      schema: {
        ...open,
        summary: 'Ask for a new password',
        description: 'The answer is the same whether the address has an account or not.',
        body: Fields({ email: Email }),
        response: { 202: Done, ...refusals },
      },
    },
    async (request, reply) => {
      await askForReset(parts, clientOf(request), request.body.email)
      return reply.code(202).send({ message: texts.done.recovery })
    },
  )

  app.post(
    '/recoveries/reset',
    {
      schema: {
        ...open,
        summary: 'Choose a new password, with the code of the mail',
        description: 'Answers FACTOR_NEEDED where the account has a second factor and none was sent along.',
        body: Fields({
          token: Token,
          password: Password,
          code: Type.Optional(Code),
          recoveryCode: Type.Optional(Code),
        }),
        response: { 200: Done, ...refusals },
      },
    },
    async (request) => {
      await reset(parts, clientOf(request), request.body)
      return { message: texts.done.reset }
    },
  )
}
