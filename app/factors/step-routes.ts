import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Fields, Nothing, open, Password, refusals } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { passkeyRequest, signInWithPasskey } from './passkeys.ts'
import { passSecondFactor } from './second-step.ts'
import { Assertion, Code, OneOf, RequestOptions } from './shapes.ts'
import { stepUp } from './step-up.ts'

/** The ways of showing a factor: the second step of sign-in, sign-in by passkey alone, and step-up. */
export const factorSteps: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.post(
    '/session/second-factor',
    {
      schema: {
        ...open,
        summary: 'Sign in: the second step',
        body: OneOf({ code: Type.Optional(Code), recoveryCode: Type.Optional(Code) }),
        response: { 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await passSecondFactor(parts, request, reply, request.body)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/session/passkey/options',
    {
      schema: {
        ...open,
        summary: 'What navigator.credentials.get() needs',
        description: 'For signing in, for its second step, and for showing once more who it is.',
        response: { 200: RequestOptions, ...refusals },
      },
    },
    async (request) => passkeyRequest(parts, request),
  )

  app.post(
    '/session/passkey',
    {
      schema: {
        ...open,
        summary: 'Sign in with a passkey, which is two factors in one',
        body: Fields({ passkey: Assertion }),
        response: { 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await signInWithPasskey(parts, request, reply, request.body.passkey)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/session/confirm',
    {
      schema: {
        summary: 'Show once more who it is, for the next ten minutes',
        description: 'By a second factor where the account has one, else by the password.',
        body: OneOf({
          password: Type.Optional(Password),
          code: Type.Optional(Code),
          recoveryCode: Type.Optional(Code),
          passkey: Type.Optional(Assertion),
        }),
        response: { 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await stepUp(parts, request, request.body)
      return reply.code(204).send(null)
    },
  )
}
