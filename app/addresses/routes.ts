import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Done, Email, Fields, open, refusals, Token } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { askForMove, confirmMove } from './move.ts'
import { undoMove } from './undo.ts'

/** Another address for an account: confirmed at the new one, undoable from the old. */
export const addresses: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.put(
    '/account/email',
    {
      schema: {
        summary: 'Ask to move the account to another address',
        description:
          'Needs a session that was confirmed within ten minutes. The answer is the same whether the address is taken or not; a mail goes to it, and one to the present address.',
        body: Fields({ email: Email }),
        response: { 202: Done, ...refusals },
      },
    },
    async (request, reply) => {
      await askForMove(parts, request, request.body.email)
      return reply.code(202).send({ message: texts.done.addressAsked })
    },
  )

  app.post(
    '/account/email/confirm',
    {
      schema: {
        summary: 'Move to the new address, with the code of the mail to it',
        description: 'Ends all other sessions; the present one gets a new id.',
        body: Fields({ token: Token }),
        response: { 200: Done, ...refusals },
      },
    },
    async (request) => {
      await confirmMove(parts, request, request.body.token)
      return { message: texts.done.addressChanged }
    },
  )

  app.post(
    '/account/email/undo',
    {
      schema: {
        ...open,
        summary: 'Bring the account back to its old address, with the code of the mail to it',
        description: 'Ends all sessions and makes the password void; a mail leads to a new one.',
        body: Fields({ token: Token }),
        response: { 200: Done, ...refusals },
      },
    },
    async (request) => {
      await undoMove(parts, clientOf(request), request.body.token)
      return { message: texts.done.addressUndone }
    },
  )
}
