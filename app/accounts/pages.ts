import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Email, Fields, Name, Password } from '../http/shapes.ts'
import { emailField, nameField, newPasswordField } from '../pages/fields.ts'
import { formPage } from '../pages/form-page.ts'
import { html } from '../pages/html.ts'
import { mailboxPage, noteMailbox } from '../pages/mailbox-page.ts'
import { tokenPage } from '../pages/token-page.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { activate, signUp, whileOpen } from './sign-up.ts'

const words = texts.pages.signUp

/** Asking for an account, and showing that the address is one's own. */
export function accountPages(app: FastifyInstance, parts: SiteParts): void {
  formPage(app, parts, {
    path: '/sign-up',
    shape: Fields({ email: Email, password: Password, name: Type.Optional(Name) }),
    only: () => whileOpen(parts),
    view: (filled) => ({
      title: words.title,
      body: html` <h1>${words.title}</h1>
        <form method="post" action="/sign-up" novalidate>
          ${nameField(filled, { hint: words.nameHint })} ${emailField(filled, { hint: words.emailHint })}
          ${newPasswordField(filled)}
          <button class="button">${words.button}</button>
        </form>
        <p class="aside">${words.haveOne} <a href="/sign-in">${words.signIn}</a></p>`,
    }),
    async act(fields, request) {
      await signUp(parts, clientOf(request), fields)
      noteMailbox(request, fields.email)
      return '/sign-up/sent'
    },
  })
  mailboxPage(app, parts, { path: '/sign-up/sent', again: '/sign-up', words: words.sent })

  tokenPage(app, parts, {
    path: '/activate',
    only: () => whileOpen(parts),
    words: words.activate,
    aside: html`${words.linkFails} <a href="/sign-up">${words.again}</a>`,
    async act(token, request) {
      await activate(parts, clientOf(request), token)
      return toldAt('/sign-in', 'activated')
    },
  })
}
