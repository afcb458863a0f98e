import type { FastifyInstance } from 'fastify'
import type { SiteParts } from '../parts.ts'
import { texts } from '../texts/en.ts'
import { html, type Html } from './html.ts'
import { show } from './layout.ts'
import { momentOf } from './moments.ts'

const words = texts.pages.home

/** What runs, and since when. */
export interface Running {
  version: string
  release: string
  since: Date
}

/** `GET /`: a welcome to strangers; whoever is signed in is at home elsewhere. */
export function home(app: FastifyInstance, parts: SiteParts, running: Running): void {
  const { settings, site } = parts
  app.get('/', (request, reply) => {
    if (request.session.account) return reply.redirect(site === 'admin' ? '/accounts' : '/account', 303)
    if (site === 'admin') return reply.redirect('/sign-in', 303)
    return show(parts, request, reply, {
      title: words.title,
      roomy: true,
      body: html` <h1 class="big">${words.heading(settings.name)}</h1>
        <p class="lead">${words.lead}</p>
        <p class="choices">
          <a class="button" href="/sign-in">${words.signIn}</a>
          ${settings.signUps && html`<a class="button quiet" href="/sign-up">${words.signUp}</a>`}
        </p>
        <ul class="promises">
          ${words.promises.map(
            ([what, how]) =>
              html`<li>
                <h2>${what}</h2>
                <p>${how}</p>
              </li>`,
          )}
        </ul>
        ${whatRuns(running)}`,
    })
  })
}

/** `GET /version`, the same for programs. */
export function version(app: FastifyInstance, { version: name, release, since }: Running): void {
  app.get('/version', (_request, reply) =>
    reply.send({ version: name, release, since: since.toISOString(), node: process.version }),
  )
}

function whatRuns({ version: name, release, since }: Running): Html {
  return html`<footer class="running">
    <span>${words.version} ${name}</span>
    <span>${words.release} <code>${release.slice(0, 12)}</code></span>
    <span>${words.since} ${momentOf(since.toISOString())}</span>
  </footer>`
}
