import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Fields, Id } from '../http/shapes.ts'
import { formPage } from '../pages/form-page.ts'
import { html, type Html } from '../pages/html.ts'
import { backToAccount, page, type View } from '../pages/layout.ts'
import { momentOf } from '../pages/moments.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { texts } from '../texts/en.ts'
import { endOtherSessions, endSession, listSessions } from './routes.ts'
import { signedIn } from './signed-in.ts'

const words = texts.pages.sessions
const path = '/account/sessions'

/** Where an account is signed in, with a button to end each. */
export function sessionListPage(app: FastifyInstance, parts: SiteParts): void {
  const view = async (_filled: unknown, request: FastifyRequest): Promise<View> => {
    const sessions = await listSessions(parts, signedIn(request).id, request.session.handle)
    return {
      title: words.title,
      body: html`${backToAccount}
        <h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <ul class="rows">
          ${sessions.map(row)}
        </ul>
        ${sessions.length > 1 && html`<form method="post" action="${path}/end-others"><button class="button quiet">${words.endOthers}</button></form>`}`,
    }
  }
  page(app, parts, path, (request) => view(undefined, request))

  formPage(app, parts, {
    path: `${path}/end`,
    on: path,
    shape: Fields({ id: Id }),
    only: signedIn,
    view,
    async act({ id }, request) {
      await endSession(parts, signedIn(request).id, id)
      return toldAt(path, 'session-ended')
    },
  })

  formPage(app, parts, {
    path: `${path}/end-others`,
    on: path,
    shape: Fields({}),
    only: signedIn,
    view,
    async act(_fields, request) {
      await endOtherSessions(parts, request)
      return toldAt(path, 'sessions-ended')
    },
  })
}

function row({
  id,
  device,
  network,
  current,
  createdAt,
  usedAt,
}: Awaited<ReturnType<typeof listSessions>>[number]): Html {
  return html`<li>
    <div>
      <h2>${device}${current && html` <span class="tag">${words.current}</span>`}</h2>
      <p>${words.used} ${momentOf(usedAt)}</p>
      <p>${words.since} ${momentOf(createdAt)} &middot; ${network}</p>
    </div>
    ${
      !current &&
      html`<form method="post" action="${path}/end">
        <input type="hidden" name="id" value="${id}" /><button class="link">
          ${words.end}<span class="unseen"> ${device}</span>
        </button>
      </form>`
    }
  </li>`
}
