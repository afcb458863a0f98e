import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TObject } from 'typebox'
import type { SiteParts } from '../parts.ts'
import { adminIdleMinutes } from '../sessions/store.ts'
import type { Site } from '../settings.ts'
import { texts } from '../texts/en.ts'
import { adminStyle, passkeys, script, style } from './assets.ts'
import { attributes, html, type Html, type Part } from './html.ts'

const words = texts.pages.layout

/** What one page shows. */
export interface View {
  title: string
  body: Html
  /** More than a form's width, also for strangers. */
  roomy?: boolean
  /** A passkey can be used or made here. */
  passkey?: boolean
  /** Something is wrong; the title says so first, as it is what a screen reader says first. */
  wrong?: boolean
}

/** A page that is only looked at. */
export function page(
  app: FastifyInstance,
  parts: SiteParts,
  path: string,
  view: (request: FastifyRequest) => View | Promise<View>,
  params?: TObject,
): void {
  app.get(path, { schema: params ? { params } : {} }, async (request, reply) =>
    show(parts, request, reply, await view(request)),
  )
}

/** An address that breaks, where it has to, before its @. */
export const addressOf = (email: string): Html =>
  html`<span class="address">${email.split('@')[0]}<wbr />@${email.split('@').slice(1).join('@')}</span>`

/** The way from one page of the account to all others. */
export const backToAccount = html`<p class="back"><a href="/account">${words.back}</a></p>`

/** Sends a whole page: head, bar with the way out, the page's own part. */
export function show(
  parts: Pick<SiteParts, 'settings' | 'site'>,
  request: FastifyRequest,
  reply: FastifyReply,
  view: View,
): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(whole(parts, request, view).text)
}

function whole(
  { settings: { name }, site }: Pick<SiteParts, 'settings' | 'site'>,
  request: FastifyRequest,
  { title, body, roomy = false, passkey = false, wrong = false }: View,
): Html {
  // Without a session, as on an error page, there is nobody to sign out.
  const account = (request.session as typeof request.session | undefined)?.account
  return html`<!doctype html>
    <html lang="${texts.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${wrong && words.error}${title} &ndash; ${name}</title>
        <link rel="icon" href="/icon.svg" />
        <link rel="stylesheet" href="${style.path}" />
        ${site === 'admin' && html`<link rel="stylesheet" href="${adminStyle.path}" />`}
        <script type="module" blocking="render" src="${script.path}"></script>
        ${passkey && html`<script type="module" src="${passkeys.path}"></script>`}
      </head>
      <body ${attributes({ class: (roomy || account !== undefined) && 'roomy' })}>
        <a class="skip" href="#main">${words.skip}</a>
        <header class="bar">
          <a class="brand" href="/">${name}${site === 'admin' && html` <span>${words.admin}</span>`}</a>
          ${account && wayOut(request, site)}
        </header>
        <main id="main" tabindex="-1">${doneNow(request)}${body}</main>
        ${account?.role === 'admin' && idleWarning}
      </body>
    </html> `
}

/** Shown by a script before nothing was done for too long: WCAG 2.2.1. Of others' sessions the limit is a whole day. */
const idleWarning = html`<p class="ending" role="alert" data-idle-minutes="${adminIdleMinutes}" hidden>
  ${words.ending} <button type="button" class="link">${words.stay}</button>
</p>`

/** What the form did that led here; the path names one of our own sentences and nothing else. */
function doneNow({ query }: FastifyRequest): Part {
  const { done } = (query ?? {}) as { done?: unknown }
  if (typeof done !== 'string' || !Object.hasOwn(texts.pages.done, done)) return undefined
  return html`<p class="done" role="status">${texts.pages.done[done as keyof typeof texts.pages.done]}</p>`
}

function wayOut({ url }: FastifyRequest, site: Site): Html {
  const here = url.split('?', 1)[0]
  const links = site === 'admin' ? { '/accounts': words.accounts, '/numbers': words.numbers } : {}
  return html`<nav aria-label="${words.navigation}">
    ${Object.entries({ ...links, '/account': words.account }).map(
      ([path, name]) =>
        html`<a href="${path}" ${attributes({ 'aria-current': here === path && 'page' })}>${name}</a>`,
    )}
    <form method="post" action="/sign-out"><button class="link">${words.signOut}</button></form>
  </nav>`
}
