import type { FastifyInstance } from 'fastify'
import { Fields, Password } from '../http/shapes.ts'
import { passwordField, usernameFor } from '../pages/fields.ts'
import { formPage } from '../pages/form-page.ts'
import { html } from '../pages/html.ts'
import { backToAccount, page } from '../pages/layout.ts'
import { tokenPage } from '../pages/token-page.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf, confirmed } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { deleteAccount, keepAccount } from './deletion.ts'
import { sendExport } from './send-export.ts'

const words = texts.pages.leaving

/** Taking one's data along, going, and thinking better of it. */
export function leavingPages(app: FastifyInstance, parts: SiteParts): void {
  page(app, parts, '/account/export', (request) => {
    confirmed(request)
    return {
      title: words.exportTitle,
      body: html`${backToAccount}
        <h1>${words.exportTitle}</h1>
        <p class="lead">${words.exportLead}</p>
        <p><a class="button" href="/account/export/file" download>${words.exportButton}</a></p>`,
    }
  })

  app.get('/account/export/file', { config: { page: '/account/export' } }, (request, reply) =>
    sendExport(parts, request, reply),
  )

  formPage(app, parts, {
    path: '/account/delete',
    shape: Fields({ password: Password }),
    only: confirmed,
    blame: { WRONG_PASSWORD: 'password', TOO_MANY_TRIES: 'password' },
    view: (filled, request) => ({
      title: words.title,
      body: html`${backToAccount}
        <h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <p>${words.takeAlong} <a href="/account/export">${words.download}</a></p>
        <form method="post" action="/account/delete" novalidate>
          ${usernameFor(confirmed(request).email)}
          ${passwordField(filled, { autocomplete: 'current-password' })}
          <button class="button danger">${words.button}</button>
        </form>`,
    }),
    async act({ password }, request, reply) {
      await deleteAccount(parts, request, reply, password)
      return toldAt('/sign-in', 'leaving')
    },
  })

  tokenPage(app, parts, {
    path: '/account/keep',
    words: words.keep,
    async act(token, request) {
      await keepAccount(parts, clientOf(request), token)
      return toldAt('/sign-in', 'kept')
    },
  })
}
