import type { FastifyInstance } from 'fastify'
import { attributes, html, type Html } from '../pages/html.ts'
import { addressOf, page } from '../pages/layout.ts'
import { dayOf } from '../pages/moments.ts'
import { queried } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { texts } from '../texts/en.ts'
import { accountPage } from './account-page.ts'
import { listAccounts, type Account, type Status } from './listing.ts'
import { numbersPage } from './numbers-page.ts'
import { tags } from './tags.ts'

const words = texts.pages.admin
const statuses: readonly Status[] = ['active', 'disabled', 'leaving']
// What fits into 20 KB with everything else.
const pageLength = 15

/** The site of the admins: who has an account, what is done about one, how it all goes. */
export function adminPages(app: FastifyInstance, parts: SiteParts): void {
  accountPage(app, parts)
  numbersPage(app, parts)

  page(app, parts, '/accounts', async (request) => {
    const search = queried(request, 'search', /^[^\p{Cc}]{1,254}$/u) ?? ''
    const asked = queried(request, 'status', /^[a-z]+$/)
    const status = statuses.find((each) => each === asked)
    const before = queried(request, 'before', /^\d{1,16}\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/)
    const { accounts, next } = await listAccounts(parts, request, {
      search,
      limit: pageLength,
      ...(status && { status }),
      ...(before !== undefined && { before }),
    })
    const older = new URLSearchParams({ search, status: status ?? '', before: next ?? '' })
    return {
      title: words.title,
      body: html` <h1>${words.title}</h1>
        <form class="search" method="get" action="/accounts" role="search">
          <div>
            <label for="search">${words.search}</label
            ><input
              id="search"
              name="search"
              type="search"
              value="${search}"
              autocomplete="off"
              autocapitalize="none"
              spellcheck="false"
            />
          </div>
          <div>
            <label for="status">${words.status}</label
            ><select id="status" name="status">
              <option value="">${words.any}</option>
              ${statuses.map((each) => html`<option ${attributes({ value: each, selected: each === status })}>${words.statuses[each]}</option>`)}
            </select>
          </div>
          <button class="button quiet">${words.find}</button>
        </form>
        ${
          accounts.length === 0
            ? html`<p class="lead">${words.none}</p>`
            : html`<ul class="rows">
                ${accounts.map(row)}
              </ul>`
        }
        ${next !== null && html`<p class="aside"><a href="/accounts?${older.toString()}" rel="next">${words.older}</a></p>`}`,
    }
  })
}

function row({ id, email, name, role, status, createdAt, disabledAt }: Account): Html {
  return html`<li>
    <div>
      <h2><a href="/accounts/${id}">${addressOf(email)}</a></h2>
      <p>${name && `${name} · `}${words.since} ${dayOf(createdAt)}</p>
    </div>
    <p>${tags({ role, status, disabledAt })}</p>
  </li>`
}
