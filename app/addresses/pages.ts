import type { FastifyInstance } from 'fastify'
import { Email, Fields } from '../http/shapes.ts'
import { emailField } from '../pages/fields.ts'
import { formPage } from '../pages/form-page.ts'
import { html } from '../pages/html.ts'
import { backToAccount } from '../pages/layout.ts'
import { mailboxPage, noteMailbox } from '../pages/mailbox-page.ts'
import { tokenPage } from '../pages/token-page.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf, confirmed, signedIn } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { askForMove, confirmMove } from './move.ts'
import { undoMove } from './undo.ts'

const words = texts.pages.address
const { newEmail } = texts.pages.fields

/** Another address for an account: asked for here, confirmed by the mail to it, undone by the mail to the old one. */
export function addressPages(app: FastifyInstance, parts: SiteParts): void {
  formPage(app, parts, {
    path: '/account/email',
    shape: Fields({ email: Email }),
    only: confirmed,
    view: (filled, request) => ({
      title: words.title,
      body: html`${backToAccount}
        <h1>${words.title}</h1>
        <p class="lead">${words.lead} <strong class="address">${signedIn(request).email}</strong>.</p>
        <form method="post" action="/account/email" novalidate>
          ${emailField(filled, { label: newEmail, hint: words.hint, autocomplete: 'email' })}
          <button class="button">${words.button}</button>
        </form>`,
    }),
    async act({ email }, request) {
      await askForMove(parts, request, email)
      noteMailbox(request, email)
      return '/account/email/sent'
    },
  })
  mailboxPage(app, parts, { path: '/account/email/sent', again: '/account/email', words: words.sent })

  tokenPage(app, parts, {
    path: '/account/email/confirm',
    only: signedIn,
    words: words.confirm,
    async act(token, request) {
      await confirmMove(parts, request, token)
      return toldAt('/account', 'address-changed')
    },
  })

  tokenPage(app, parts, {
    path: '/account/email/undo',
    words: words.undo,
    async act(token, request) {
      await undoMove(parts, clientOf(request), token)
      return toldAt('/sign-in', 'address-restored')
    },
  })
}
