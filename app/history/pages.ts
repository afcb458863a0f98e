import type { FastifyInstance } from 'fastify'
import { html, type Html } from '../pages/html.ts'
import { backToAccount, page } from '../pages/layout.ts'
import { momentOf } from '../pages/moments.ts'
import { queried } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { signedIn } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { readHistory, type Happened } from './reading.ts'

const words = texts.pages.history
// What fits into 20 KB with everything else.
const pageLength = 20

/** What happened to an account, for its owner. */
export function historyPage(app: FastifyInstance, parts: SiteParts): void {
  page(app, parts, '/account/history', async (request) => {
    const { id } = signedIn(request)
    const before = queried(request, 'before', /^\d{1,18}$/)
    const { entries, next } = await readHistory(parts.db, id, { before, limit: pageLength })
    return {
      title: words.title,
      body: html`${backToAccount}
        <h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
        <ol class="rows">
          ${entries.map((happened) => entry(happened))}
        </ol>
        ${next !== null && html`<p class="aside"><a href="/account/history?before=${next}" rel="next">${words.older}</a></p>`}`,
    }
  })
}

/** One entry, in words. */
export function entry({ event, at, device, network, byAdmin }: Omit<Happened, 'id' | 'details'>): Html {
  const where = [byAdmin ? words.byAdmin : device, network].filter(Boolean).join(' · ')
  return html`<li>
    <div>
      <h2>${words.events[event]}</h2>
      <p>${momentOf(at)}${where && html` &middot; ${where}`}</p>
    </div>
  </li>`
}
