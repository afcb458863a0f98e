import { html, type Html, type Part } from '../pages/html.ts'
import { addressOf } from '../pages/layout.ts'
import { dayOf, momentOf } from '../pages/moments.ts'
import { texts } from '../texts/en.ts'
import { tags } from './tags.ts'
import type { View } from './view.ts'

const words = texts.pages.admin
const { events } = texts.pages.history

/** One account as a page: what it is, what can be done, what happened. */
export function accountBody({ account, sessions, factors, lastSignInAt, history, next }: View): Html {
  const { id, email, name, role, status, createdAt, eraseAt } = account
  const back = status === 'leaving' ? words.keep : words.enable
  return html`<p class="back"><a href="/accounts">${words.title}</a></p>
    <h1>${addressOf(email)}</h1>
    <p>${tags(account)}</p>
    <dl class="rows">
      ${row(words.name, name || html`<span class="soft">${words.noName}</span>`)}
      ${row(words.since, dayOf(createdAt))} ${eraseAt !== null && row(words.erasedOn, dayOf(eraseAt))}
      ${row(words.lastSignIn, lastSignInAt === null ? words.never : momentOf(lastSignInAt))}
      ${row(words.sessions, sessions, sessions > 0 && plain(id, 'end-sessions', words.endSessions))}
      ${row(words.factors, factors.length === 0 ? words.noFactors : factors.map((kind) => texts.pages.factors.kinds[kind as 'totp']).join(', '))}
      ${row(words.password, words.passwordNote, status === 'active' && plain(id, 'reset', words.reset))}
      ${row(words.role, words.roles[role], status === 'active' && roleForm(id, role))}
    </dl>
    ${
      status === 'active' &&
      html`<details>
        <summary>${words.disable}</summary>
        <form method="post" action="/accounts/${id}/disable" novalidate>
          <div class="field">
            <label for="reason">${words.reason}</label>
            <p class="hint" id="reason-hint">${words.reasonHint}</p>
            <div class="input">
              <input
                id="reason"
                name="reason"
                type="text"
                autocomplete="off"
                aria-describedby="reason-hint"
              />
            </div>
          </div>
          <button class="button">${words.disable}</button>
        </form>
      </details>`
    }
    ${status !== 'active' && html`<form method="post" action="/accounts/${id}/enable"><button class="button">${back}</button></form>`}
    ${factors.length > 0 && noted(id, 'remove-factors', words.removeFactors, words.removeFactorsNote)}
    ${status !== 'leaving' && noted(id, 'delete', words.delete, words.deleteNote)}
    <h2>${texts.pages.history.title}</h2>
    <ol class="rows">
      ${history.map(({ event, at, actor, device, network }) => {
        const where = [actor ?? device, network].filter(Boolean).join(' · ')
        return html`<li>
          <div>
            <h3>${events[event]}</h3>
            <p>${momentOf(at)}${where && ` · ${where}`}</p>
          </div>
        </li>`
      })}
    </ol>
    ${next !== null && html`<p class="aside"><a href="/accounts/${id}?before=${next}" rel="next">${words.older}</a></p>`}`
}

const row = (name: string, value: Part, act?: Part): Html =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
    ${act && html`<dd>${act}</dd>`}
  </div>`

const plain = (id: string, act: string, label: string): Html =>
  html`<form method="post" action="/accounts/${id}/${act}"><button class="link">${label}</button></form>`

/** What is not undone by a second click: behind what there is to know before. */
const noted = (id: string, act: string, label: string, note: string): Html =>
  html`<details>
    <summary>${label}</summary>
    <p>${note}</p>
    <form method="post" action="/accounts/${id}/${act}">
      <button class="button danger">${label}</button>
    </form>
  </details>`

function roleForm(id: string, role: 'member' | 'admin'): Html {
  const other = role === 'admin' ? 'member' : 'admin'
  return html`<form method="post" action="/accounts/${id}/role">
    <input type="hidden" name="role" value="${other}" /><button class="link">${words.makeRole[other]}</button>
  </form>`
}
