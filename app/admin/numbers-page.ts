import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Fields } from '../http/shapes.ts'
import { formPage } from '../pages/form-page.ts'
import { html, type Html, type Part } from '../pages/html.ts'
import { page, type View } from '../pages/layout.ts'
import { toldAt } from '../pages/ways.ts'
import type { SiteParts } from '../parts.ts'
import { texts } from '../texts/en.ts'
import { endAllSessions } from './acts.ts'
import { actingAdmin } from './guard.ts'
import { readNumbers, type Day } from './numbers.ts'
import { plot } from './plot.ts'

const words = texts.pages.numbers

/** How it all goes: a figure each, and a plot of sign-ups and sign-ins a day. */
export function numbersPage(app: FastifyInstance, parts: SiteParts): void {
  const view = async (request: FastifyRequest): Promise<View> => {
    const { days, accounts, admins, sessions, outbox, hashing } = await readNumbers(parts, request)
    return {
      title: words.title,
      body: html` <h1>${words.title}</h1>
        <dl class="figures">
          ${figure(words.active, accounts.active)} ${figure(words.disabled, accounts.disabled)}
          ${figure(words.leaving, accounts.leaving)} ${figure(words.admins, admins)}
          ${figure(words.sessions, sessions)}
          ${figure(words.mails, outbox.waiting, outbox.waiting > 0 && words.oldest(outbox.oldestSeconds))}
          ${figure(words.hashing, hashing.running + hashing.waiting)}
        </dl>
        <figure>
          <figcaption>
            <h2>${words.plot}</h2>
            <p class="key">
              <span class="sign-ins">${words.signIns}</span> <span class="sign-ups">${words.signUps}</span>
            </p>
          </figcaption>
          ${plot(days)}
        </figure>
        <details>
          <summary>${words.asTable}</summary>
          ${table(days)}
        </details>
        <details>
          <summary>${words.endAll}</summary>
          <p>${words.endAllNote}</p>
          <form method="post" action="/numbers/end-sessions">
            <button class="button danger">${words.endAll}</button>
          </form>
        </details>`,
    }
  }
  page(app, parts, '/numbers', view)

  formPage(app, parts, {
    path: '/numbers/end-sessions',
    on: '/numbers',
    shape: Fields({}),
    only: actingAdmin,
    view: (_filled, request) => view(request),
    async act(_fields, request) {
      await endAllSessions(parts, request)
      return toldAt('/numbers', 'everybody-signed-out')
    },
  })
}

const figure = (name: string, count: number, note?: Part): Html =>
  html`<div>
    <dt>${name}</dt>
    <dd>${count}${note && html` <small>${note}</small>`}</dd>
  </div>`

const table = (days: readonly Day[]): Html =>
  html`<table>
    <thead>
      <tr>
        <th scope="col">${words.day}</th>
        <th scope="col">${words.signUps}</th>
        <th scope="col">${words.signIns}</th>
        <th scope="col">${words.failures}</th>
      </tr>
    </thead>
    <tbody>
      ${days.toReversed().map(
        ({ day, signUps, signIns, failures }) =>
          html`<tr>
            <th scope="row">${day}</th>
            <td>${signUps}</td>
            <td>${signIns}</td>
            <td>${failures}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
