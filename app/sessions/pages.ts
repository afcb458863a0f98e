import type { FastifyInstance } from 'fastify'
import { Email, Fields, Password } from '../http/shapes.ts'
import { emailField, passwordField } from '../pages/fields.ts'
import { formPage } from '../pages/form-page.ts'
import { html } from '../pages/html.ts'
import { nextOf, toldAt, withNext } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { texts } from '../texts/en.ts'
import { sessionListPage } from './list-page.ts'
import { signOut } from './routes.ts'
import { signIn } from './sign-in.ts'

const words = texts.pages.signIn

/** Signing in and out. */
export function sessionPages(app: FastifyInstance, parts: SiteParts): void {
  const { settings, site } = parts

  formPage(app, parts, {
    path: '/sign-in',
    shape: Fields({ email: Email, password: Password }),
    blame: { WRONG_CREDENTIALS: 'email' },
    view: (filled, request) => ({
      title: words.title,
      passkey: true,
      body: html` <h1>${words.title}</h1>
        <form method="post" action="${withNext('/sign-in', request)}" novalidate>
          <p class="error" role="alert" hidden></p>
          ${emailField(filled, { autocomplete: 'username webauthn' })}
          ${passwordField(filled, { autocomplete: 'current-password' })}
          <button class="button">${words.button}</button>
        </form>
        <p class="aside"><a href="/recover">${words.forgotten}</a></p>
        ${site === 'app' && settings.signUps && html`<p class="aside">${words.noAccount} <a href="/sign-up">${words.signUp}</a></p>`}`,
    }),
    async act(fields, request, reply) {
      const { next } = await signIn(parts, request, reply, fields)
      if (next === 'second-factor') return withNext('/sign-in/second-factor', request)
      return next === 'enrol-factor' ? toldAt('/account/factors', 'enrol-first') : (nextOf(request) ?? '/')
    },
  })

  sessionListPage(app, parts)

  formPage(app, parts, {
    path: '/sign-out',
    shape: Fields({}),
    view: () => ({
      title: words.signOut,
      body: html`<h1>${words.signOut}</h1>
        <form method="post" action="/sign-out"><button class="button">${words.signOut}</button></form>`,
    }),
    async act(_fields, request, reply) {
      await signOut(parts, request, reply)
      return toldAt('/sign-in', 'signed-out')
    },
  })
}
