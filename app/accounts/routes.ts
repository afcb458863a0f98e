import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Done, Email, Fields, Name, open, Password, refusals, Token } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { activate, signUp } from './sign-up.ts'

/** Asking for an account and showing that the address is one's own. */
export const accounts: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.post(
    '/sign-ups',
    {
      schema: {
        ...open,
        summary: 'Ask for an account',
        description: 'The answer is the same whether the address has an account or not; a mail goes to it.',
        body: Fields({ email: Email, password: Password, name: Type.Optional(Name) }),
        response: { 202: Done, ...refusals },
      },
    },
    async (request, reply) => {
      await signUp(parts, clientOf(request), request.body)
      return reply.code(202).send({ message: texts.done.signUp })
    },
  )

  app.post(
    '/sign-ups/activate',
    {
      schema: {
        ...open,
        summary: 'Make the account, with the code of the mail',
        body: Fields({ token: Token }),
        response: { 200: Done, ...refusals },
      },
    },
    async (request) => {
      await activate(parts, clientOf(request), request.body.token)
      return { message: texts.done.activated }
    },
  )
}
