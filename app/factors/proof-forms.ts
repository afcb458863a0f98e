import type { FastifyRequest } from 'fastify'
import { codeField, passwordField, recoveryCodeField, usernameFor, type Filled } from '../pages/fields.ts'
import { attributes, html, type Html } from '../pages/html.ts'
import { nextOf, withNext } from '../pages/ways.ts'
import { texts } from '../texts/en.ts'
import type { Method } from './methods.ts'

const words = texts.pages.proof

interface ProofForms {
  path: string
  methods: readonly ('password' | Method)[]
  filled: Filled
  /** Where the script sends what a passkey answers. */
  passkeyTo: string
  button: string
  email?: string
}

/** The ways of showing who it is, one at a time: the passkey's button, the app's code, and a recovery code on request. */
export function proofForms(
  request: FastifyRequest,
  { path, methods, filled, passkeyTo, button, email }: ProofForms,
): Html {
  const { by } = request.query as { by?: unknown }
  const typed = methods.filter((method) => method !== 'passkey')
  const chosen = typed.find((method) => method === by) ?? typed[0]
  const action = withNext(path, request)
  const to = (method: string): string => `${action}${action.includes('?') ? '&' : '?'}by=${method}`
  return html` ${methods.includes('passkey') && passkeyButton(passkeyTo, nextOf(request) ?? '/', words.passkey)}
  ${
    chosen &&
    html`<form method="post" action="${chosen === by ? to(chosen) : action}" novalidate>
      ${chosen === 'password' && [email !== undefined && usernameFor(email), passwordField(filled, { autocomplete: 'current-password' })]}
      ${chosen === 'totp' && codeField(filled)} ${chosen === 'recovery-code' && recoveryCodeField(filled)}
      <button ${attributes({ class: methods.includes('passkey') ? 'button quiet' : 'button' })}>
        ${button}
      </button>
    </form>`
  }
  ${typed.filter((method) => method !== chosen).map((method) => html`<p class="aside"><a href="${to(method)}">${words.instead[method]}</a></p>`)}`
}

/** Comes alive with a script, which is the only one who can ask for a passkey. */
const passkeyButton = (to: string, next: string, label: string): Html =>
  html`<div class="passkey">
    <p class="error" role="alert" hidden></p>
    <button type="button" class="button" ${attributes({ 'data-passkey': to, 'data-next': next })} hidden>
      ${label}
    </button>
    <noscript><p>${words.needsScript}</p></noscript>
  </div>`
