import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Password } from '../http/shapes.ts'
import { formPage } from '../pages/form-page.ts'
import { html } from '../pages/html.ts'
import { nextOf } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { signedInToEnrol } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { proofForms } from './proof-forms.ts'
import { passSecondFactor, pendingMethods, SignInAgain } from './second-step.ts'
import { Code, OneOf } from './shapes.ts'
import { stepUp, stepUpMethods } from './step-up.ts'

const { secondStep, confirm } = texts.pages
const typed = ['code', 'recoveryCode']

/** The second step of a sign-in, and showing once more who it is. */
export function factorStepPages(app: FastifyInstance, parts: SiteParts): void {
  formPage(app, parts, {
    path: '/sign-in/second-factor',
    shape: OneOf({ code: Type.Optional(Code), recoveryCode: Type.Optional(Code) }),
    blame: { WRONG_CODE: typed, TOO_MANY_TRIES: typed },
    async view(filled, request) {
      const methods = await pendingMethods(parts, request)
      if (methods.length === 0) throw new SignInAgain()
      return {
        title: secondStep.title,
        passkey: methods.includes('passkey'),
        body: html` <h1>${secondStep.title}</h1>
          <p class="lead">${secondStep.lead}</p>
          ${proofForms(request, { path: '/sign-in/second-factor', methods, filled, passkeyTo: '/api/session/passkey', button: secondStep.button })}`,
      }
    },
    async act(fields, request, reply) {
      await passSecondFactor(parts, request, reply, fields)
      return nextOf(request) ?? '/'
    },
  })

  formPage(app, parts, {
    path: '/confirm',
    shape: OneOf({
      password: Type.Optional(Password),
      code: Type.Optional(Code),
      recoveryCode: Type.Optional(Code),
    }),
    only: signedInToEnrol,
    blame: { WRONG_PASSWORD: 'password', WRONG_CODE: typed, TOO_MANY_TRIES: ['password', ...typed] },
    settles: 'FACTOR_NEEDED',
    async view(filled, request) {
      const methods = await stepUpMethods(parts, request)
      const { email } = signedInToEnrol(request)
      return {
        title: confirm.title,
        passkey: methods.includes('passkey'),
        body: html` <h1>${confirm.title}</h1>
          <p class="lead">${confirm.lead}</p>
          ${proofForms(request, { path: '/confirm', methods, filled, passkeyTo: '/api/session/confirm', button: confirm.button, email })}`,
      }
    },
    async act(fields, request) {
      await stepUp(parts, request, fields)
      return nextOf(request) ?? '/'
    },
  })
}
