import type { FastifyInstance } from 'fastify'
import { Fields, Password } from '../http/shapes.ts'
import { newPasswordField, passwordField, usernameFor } from '../pages/fields.ts'
import { formPage } from '../pages/form-page.ts'
import { html } from '../pages/html.ts'
import { backToAccount } from '../pages/layout.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { signedIn } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { changePassword } from './change.ts'

const words = texts.pages.password

/** Another password, by whoever knows the present one. */
export function passwordPages(app: FastifyInstance, parts: SiteParts): void {
  formPage(app, parts, {
    path: '/account/password',
    shape: Fields({ currentPassword: Password, newPassword: Password }),
    only: signedIn,
    blame: { password: 'newPassword', WRONG_PASSWORD: 'currentPassword', TOO_MANY_TRIES: 'currentPassword' },
    view: (filled, request) => ({
      title: words.title,
      body: html`${backToAccount}
        <h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <form method="post" action="/account/password" novalidate>
          ${usernameFor(signedIn(request).email)}
          ${passwordField(filled, { name: 'currentPassword', label: words.current, autocomplete: 'current-password' })}
          ${newPasswordField(filled, { name: 'newPassword', label: words.new })}
          <button class="button">${words.button}</button>
        </form>
        <p class="aside"><a href="/recover">${words.forgotten}</a></p>`,
    }),
    async act(fields, request) {
      await changePassword(parts, request, fields)
      return toldAt('/account', 'password-changed')
    },
  })

  // Where password managers send people: https://w3c.github.io/webappsec-change-password-url/
  app.get('/.well-known/change-password', (_request, reply) => reply.redirect('/account/password', 302))
}
