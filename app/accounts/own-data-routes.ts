import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Done, Fields, Moment, Name, open, Password, refusals, Token } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { Person } from '../sessions/routes.ts'
import { clientOf, signedIn } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { deleteAccount, keepAccount } from './deletion.ts'
import { readAccount, rename } from './own-data.ts'
import { sendExport } from './send-export.ts'

const OwnAccount = Type.Object({
  ...Person.properties,
  createdAt: Moment,
  passwordChangedAt: Type.Union([Moment, Type.Null()]),
  askedEmail: Type.Union([Type.String(), Type.Null()], {
    description: 'The address that the account goes to once it is confirmed there',
  }),
})

/** What is kept about whoever is signed in: to see, correct, take along and delete. */
export const ownData: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  const { db } = parts

  app.get(
    '/account',
    { schema: { summary: 'My account', response: { 200: OwnAccount, ...refusals } } },
    async (request) => readAccount(db, signedIn(request).id),
  )

  app.patch(
    '/account',
    {
      schema: {
        summary: 'Correct my name',
        body: Fields({ name: Name }),
        response: { 200: OwnAccount, ...refusals },
      },
    },
    async (request) => {
      await rename(parts, request, request.body.name)
      return readAccount(db, signedIn(request).id)
    },
  )

  app.get(
    '/account/export',
    {
      schema: {
        summary: 'All that is kept about me, as one file',
        description: 'Needs a session that was confirmed within ten minutes.',
        response: {
          200: Type.Unsafe<Readable>({ type: 'object', additionalProperties: true }),
          ...refusals,
        },
      },
    },
    async (request, reply) => sendExport(parts, request, reply),
  )

  app.delete(
    '/account',
    {
      schema: {
        summary: 'Delete my account',
        description:
          'Needs a session that was confirmed within ten minutes. All sessions end at once; everything is erased after 14 days, unless the link in the mail is used before.',
        body: Fields({ password: Password }),
        response: { 200: Done, ...refusals },
      },
    },
    async (request, reply) => {
      await deleteAccount(parts, request, reply, request.body.password)
      return { message: texts.done.leaving }
    },
  )

  app.post(
    '/account/keep',
    {
      schema: {
        ...open,
        summary: 'Keep an account that is leaving, with the code of the mail',
        body: Fields({ token: Token }),
        response: { 200: Done, ...refusals },
      },
    },
    async (request) => {
      await keepAccount(parts, clientOf(request), request.body.token)
      return { message: texts.done.kept }
    },
  )
}
