import type { FastifyInstance, FastifyRequest } from 'fastify'
import { methodsOf } from '../factors/methods.ts'
import { Fields, Name } from '../http/shapes.ts'
import { nameField } from '../pages/fields.ts'
import { formPage } from '../pages/form-page.ts'
import { html, type Html, type Part } from '../pages/html.ts'
import { addressOf, backToAccount, page, type View } from '../pages/layout.ts'
import { dayOf } from '../pages/moments.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { listSessions } from '../sessions/routes.ts'
import { signedIn } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { readAccount, rename } from './own-data.ts'

const words = texts.pages.account

/** All that an account is, with a way to each change. */
export function ownDataPages(app: FastifyInstance, parts: SiteParts): void {
  page(app, parts, '/account', (request) => overview(parts, request))

  if (parts.site === 'app')
    formPage(app, parts, {
      path: '/account/name',
      shape: Fields({ name: Name }),
      only: signedIn,
      view: (filled, request) => ({
        title: words.nameTitle,
        body: html`${backToAccount}
          <h1>${words.nameTitle}</h1>
          <form method="post" action="/account/name" novalidate>
            ${nameField({ ...filled, values: { name: signedIn(request).name, ...filled.values } }, { hint: words.nameHint })}
            <button class="button">${words.nameButton}</button>
          </form>`,
      }),
      async act({ name }, request) {
        await rename(parts, request, name)
        return toldAt('/account', 'renamed')
      },
    })
}

async function overview(parts: SiteParts, request: FastifyRequest): Promise<View> {
  const { id } = signedIn(request)
  const [account, sessions, methods] = await Promise.all([
    readAccount(parts.db, id),
    listSessions(parts, id, request.session.handle),
    methodsOf(parts.db, id),
  ])
  const { name, email, askedEmail, createdAt, passwordChangedAt } = account
  const own = parts.site === 'app'
  const asked = askedEmail !== null && html`<br /><small>${words.emailAsked(askedEmail)}</small>`
  return {
    title: words.title,
    body: html` <h1>${name || words.title}</h1>
      <p class="lead">${words.since} ${dayOf(createdAt)}</p>
      <dl class="rows">
        ${row(words.email, html`${addressOf(email)}${asked}`, own && '/account/email', words.change)}
        ${own && row(words.name, name || html`<span class="soft">${words.noName}</span>`, '/account/name', words.change)}
        ${row(words.password, passwordChangedAt !== null && html`${words.passwordChanged} ${dayOf(passwordChangedAt)}`, '/account/password', words.change)}
        ${row(words.factors, methods.length > 0 ? words.factorsOn : words.factorsOff, '/account/factors', methods.length > 0 ? words.change : words.setUp)}
        ${row(words.sessions, words.sessionCount(sessions.length), '/account/sessions', words.look)}
        ${own && row(words.history, words.historyNote, '/account/history', words.look)}
        ${own && row(words.data, words.dataNote, '/account/export', words.download)}
      </dl>
      ${own && html`<p class="aside"><a href="/account/delete">${words.deletion}</a></p>`}`,
  }
}

/** What is what, and the way to its change; the link says of what for those who hear it alone. */
function row(name: string, value: Part, path: string | false, change: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
    ${
      path !== false &&
      html`<dd>
        <a href="${path}">${change} <span class="unseen">${name}</span></a>
      </dd>`
    }
  </div>`
}
