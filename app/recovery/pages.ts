import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Code } from '../factors/shapes.ts'
import { Email, Fields, Password, Token } from '../http/shapes.ts'
import { anyCodeField, emailField, newPasswordField, tokenField } from '../pages/fields.ts'
import { formPage } from '../pages/form-page.ts'
import { html } from '../pages/html.ts'
import { mailboxPage, noteMailbox } from '../pages/mailbox-page.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { askForReset, reset } from './recovery.ts'

const words = texts.pages.recovery

/** A way back in, by a mail. */
export function recoveryPages(app: FastifyInstance, parts: SiteParts): void {
  formPage(app, parts, {
    path: '/recover',
    shape: Fields({ email: Email }),
    view: (filled) => ({
      title: words.askTitle,
      body: html` <h1>${words.askTitle}</h1>
        <p class="lead">${words.askLead}</p>
        <form method="post" action="/recover" novalidate>
          ${emailField(filled)}
          <button class="button">${words.askButton}</button>
        </form>
        <p class="aside"><a href="/sign-in">${words.back}</a></p>`,
    }),
    async act({ email }, request) {
      await askForReset(parts, clientOf(request), email)
      noteMailbox(request, email)
      return '/recover/sent'
    },
  })
  mailboxPage(app, parts, { path: '/recover/sent', again: '/recover', words: words.sent, resend: true })

  formPage(app, parts, {
    path: '/reset',
    shape: Fields({
      token: Token,
      password: Password,
      code: Type.Optional(Code),
    }),
    // Told to whoever holds a good link, and asked for on this same page.
    settles: 'FACTOR_NEEDED',
    blame: { FACTOR_NEEDED: 'code', WRONG_CODE: 'code', TOO_MANY_TRIES: 'code' },
    view: (filled) => ({
      title: words.resetTitle,
      body: html` <h1>${words.resetTitle}</h1>
        <p class="lead">${words.resetLead}</p>
        <form method="post" action="/reset" novalidate>
          ${tokenField(filled)} ${newPasswordField(filled, { label: words.newPassword })}
          ${(filled.errors['code'] !== undefined || filled.values['code'] !== undefined) && anyCodeField(filled)}
          <button class="button">${words.resetButton}</button>
        </form>
        <p class="aside">${words.linkFails} <a href="/recover">${words.askAgain}</a></p>`,
    }),
    async act({ code = '', ...fields }, request) {
      const typed = /^\s*\d{3}[\s-]?\d{3}\s*$/.test(code) ? { code } : { recoveryCode: code }
      await reset(parts, clientOf(request), { ...fields, ...(code && typed) })
      return toldAt('/sign-in', 'reset')
    },
  })
}
