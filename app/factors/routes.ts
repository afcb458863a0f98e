import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Fields, Id, Nothing, refusals } from '../http/shapes.ts'
import type { SiteParts } from '../parts.ts'
import { signedInToEnrol } from '../sessions/signed-in.ts'
import { listFactors, removeFactor } from './factors.ts'
import { addPasskey, passkeyCreation } from './passkey-enrolment.ts'
import { renewRecoveryCodes } from './recovery-codes.ts'
import { Attestation, Code, CreationOptions, FactorName, Listed, RecoveryCodes } from './shapes.ts'
import { confirmTotp, enrolTotp } from './totp-enrolment.ts'

/** Second factors of whoever is signed in: authenticator app, passkeys, recovery codes. */
export const factors: FastifyPluginAsyncTypebox<SiteParts> = async (app, parts) => {
  app.get(
    '/factors',
    { schema: { summary: 'Second factors of the account', response: { 200: Listed, ...refusals } } },
    async (request) => listFactors(parts, signedInToEnrol(request).id),
  )

  app.delete(
    '/factors/:id',
    {
      schema: {
        summary: 'Remove a second factor',
        params: Fields({ id: Id }),
        response: { 204: Nothing, ...refusals },
      },
    },
    async (request, reply) => {
      await removeFactor(parts, request, request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/factors/totp',
    {
      schema: {
        summary: 'Make a secret for an authenticator app',
        description: 'It counts once a code of it was shown; only then an app that was there before ends.',
        response: {
          201: Type.Object({
            secret: Type.String({ description: 'Base32, in groups of four' }),
            uri: Type.String({ description: 'otpauth://totp/…' }),
            qr: Type.String({ description: 'The same as an SVG' }),
          }),
          ...refusals,
        },
      },
    },
    async (request, reply) => reply.code(201).send(await enrolTotp(parts, request)),
  )

  app.post(
    '/factors/totp/confirm',
    {
      schema: {
        summary: 'Show a code of the new authenticator app',
        body: Fields({ code: Code }),
        response: { 200: Type.Object({ recoveryCodes: RecoveryCodes }), ...refusals },
      },
    },
    async (request) => confirmTotp(parts, request, request.body.code),
  )

  app.post(
    '/factors/recovery-codes',
    {
      schema: {
        summary: 'Make ten new recovery codes; those of before end',
        response: { 201: Type.Object({ recoveryCodes: Type.Array(Type.String()) }), ...refusals },
      },
    },
    async (request, reply) =>
      reply.code(201).send({ recoveryCodes: await renewRecoveryCodes(parts, request) }),
  )

  app.post(
    '/factors/passkeys/options',
    {
      schema: {
        summary: 'What navigator.credentials.create() needs',
        response: { 200: CreationOptions, ...refusals },
      },
    },
    async (request) => passkeyCreation(parts, request),
  )

  app.post(
    '/factors/passkeys',
    {
      schema: {
        summary: 'Add a passkey',
        body: Fields({ name: Type.Optional(FactorName), passkey: Attestation }),
        response: {
          201: Type.Object({ id: Id, recoveryCodes: RecoveryCodes }),
          ...refusals,
        },
      },
    },
    async (request, reply) => reply.code(201).send(await addPasskey(parts, request, request.body)),
  )
}
