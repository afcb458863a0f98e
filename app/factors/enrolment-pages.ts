import type { FastifyInstance } from 'fastify'
import { Fields } from '../http/shapes.ts'
import { codeField, nameField } from '../pages/fields.ts'
import { formPage } from '../pages/form-page.ts'
import { Html, html } from '../pages/html.ts'
import { page } from '../pages/layout.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { confirmedToEnrol } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { recoveryCodesView } from './recovery-codes-view.ts'
import { Code } from './shapes.ts'
import { confirmTotp, pendingTotp } from './totp-enrolment.ts'

const words = texts.pages.factors
const path = '/account/factors'
const back = html`<p class="back"><a href="${path}">${words.title}</a></p>`

/** Adding an authenticator app, and a passkey. */
export function enrolmentPages(app: FastifyInstance, parts: SiteParts): void {
  formPage(app, parts, {
    path: `${path}/totp`,
    shape: Fields({ code: Code }),
    only: confirmedToEnrol,
    blame: { WRONG_CODE: 'code' },
    async view(filled, request) {
      const waiting = await pendingTotp(parts, request)
      return {
        title: words.appTitle,
        body: html`${back}
          <h1>${words.appTitle}</h1>
          ${
            waiting
              ? html`<p class="lead">${words.appLead}</p>
                  <div class="qr" role="img" aria-label="${words.qr}">${new Html(waiting.qr)}</div>
                  <p>${words.appSecret} <code class="secret">${waiting.secret}</code></p>
                  <form method="post" action="${path}/totp" novalidate>
                    ${codeField(filled)}
                    <button class="button">${words.appButton}</button>
                  </form>`
              : html`<p class="lead">${words.appTooLate}</p>
                  <form method="post" action="${path}/totp/begin">
                    <button class="button">${words.appAgain}</button>
                  </form>`
          }`,
      }
    },
    async act({ code }, request) {
      const { recoveryCodes } = await confirmTotp(parts, request, code)
      return recoveryCodes ? recoveryCodesView(recoveryCodes) : toldAt(path, 'app-added')
    },
  })

  page(app, parts, `${path}/passkey`, (request) => {
    confirmedToEnrol(request)
    const codes = recoveryCodesView([]).body
    return {
      title: words.passkeyTitle,
      passkey: true,
      body: html`<div data-enrolment>
          ${back}
          <h1>${words.passkeyTitle}</h1>
          <p class="lead">${words.passkeyLead}</p>
          <form
            data-new-passkey="/api/factors/passkeys"
            data-next="${toldAt(path, 'passkey-added')}"
            novalidate
          >
            <p class="error" role="alert" hidden></p>
            ${nameField({ values: {}, errors: {} }, { label: words.passkeyName, hint: words.passkeyNameHint, autocomplete: 'off' })}
            <noscript><p>${texts.pages.proof.needsScript}</p></noscript>
            <button class="button">${words.passkeyButton}</button>
          </form>
        </div>
        <div data-codes hidden>${codes}</div>`,
    }
  })
}
