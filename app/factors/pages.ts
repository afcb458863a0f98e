import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Fields, Id } from '../http/shapes.ts'
import { formPage } from '../pages/form-page.ts'
import { html, type Html } from '../pages/html.ts'
import { backToAccount, page, type View } from '../pages/layout.ts'
import { dayOf } from '../pages/moments.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { confirmed, confirmedToEnrol, signedInToEnrol } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { enrolmentPages } from './enrolment-pages.ts'
import { listFactors, removeFactor, type Factors } from './factors.ts'
import { recoveryCodesView } from './recovery-codes-view.ts'
import { renewRecoveryCodes } from './recovery-codes.ts'
import { factorStepPages } from './step-pages.ts'
import { enrolTotp } from './totp-enrolment.ts'

const words = texts.pages.factors
const path = '/account/factors'

/** What an account asks for beside the password: to see, add and take away. */
export function factorPages(app: FastifyInstance, parts: SiteParts): void {
  const view = async (_filled: unknown, request: FastifyRequest): Promise<View> =>
    overview(await listFactors(parts, signedInToEnrol(request).id))
  page(app, parts, path, (request) => view(undefined, request))
  factorStepPages(app, parts)
  enrolmentPages(app, parts)

  formPage(app, parts, {
    path: `${path}/totp/begin`,
    on: path,
    shape: Fields({}),
    only: confirmedToEnrol,
    view,
    async act(_fields, request) {
      await enrolTotp(parts, request)
      return `${path}/totp`
    },
  })

  formPage(app, parts, {
    path: `${path}/remove`,
    on: path,
    shape: Fields({ id: Id }),
    only: confirmed,
    view,
    async act({ id }, request) {
      await removeFactor(parts, request, id)
      return toldAt(path, 'factor-removed')
    },
  })

  formPage(app, parts, {
    path: `${path}/recovery-codes`,
    on: path,
    shape: Fields({}),
    only: confirmed,
    view,
    async act(_fields, request) {
      return recoveryCodesView(await renewRecoveryCodes(parts, request))
    },
  })
}

function overview({ factors, recoveryCodes }: Factors): View {
  const hasApp = factors.some(({ kind }) => kind === 'totp')
  return {
    title: words.title,
    body: html`${backToAccount}
      <h1>${words.title}</h1>
      <p class="lead">${factors.length > 0 ? words.leadOn : words.leadOff}</p>
      ${
        factors.length > 0 &&
        html`<ul class="rows">
          ${factors.map(row)}${codesRow(recoveryCodes)}
        </ul>`
      }
      <div class="choices">
        <form method="post" action="${path}/totp/begin">
          <button class="button ${factors.length > 0 && 'quiet'}">
            ${hasApp ? words.anotherApp : words.addApp}
          </button>
        </form>
        <a class="button quiet" href="${path}/passkey">${words.addPasskey}</a>
      </div>`,
  }
}

function row({ id, kind, name, createdAt, usedAt }: Factors['factors'][number]): Html {
  const title = name || words.kinds[kind]
  return html`<li>
    <div>
      <h2>${title}</h2>
      <p>
        ${name !== '' && `${words.kinds[kind]} · `}${words.added}
        ${dayOf(createdAt)}${usedAt !== null && html` &middot; ${words.used} ${dayOf(usedAt)}`}
      </p>
    </div>
    <form method="post" action="${path}/remove">
      <input type="hidden" name="id" value="${id}" /><button class="link">
        ${words.remove}<span class="unseen"> ${title}</span>
      </button>
    </form>
  </li>`
}

function codesRow({ left, madeAt }: Factors['recoveryCodes']): Html {
  return html`<li>
    <div>
      <h2>${words.codes}</h2>
      <p>${words.codesLeft(left)}${madeAt !== null && html` &middot; ${words.made} ${dayOf(madeAt)}`}</p>
    </div>
    <form method="post" action="${path}/recovery-codes">
      <button class="link">${words.makeCodes}<span class="unseen"> ${words.codes}</span></button>
    </form>
  </li>`
}
