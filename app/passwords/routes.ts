import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Fields, Nothing, Password, refusals } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { changePassword } from './change.ts'

/** The password of whoever is signed in. */
export const passwords: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.put(
    '/password',
    {
      schema: {
        summary: 'Change the password',
        body: Fields({ currentPassword: Password, newPassword: Password }),
        response: { 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await changePassword(parts, request, request.body)
      return reply.code(204).send(null)
    },
  )
}
