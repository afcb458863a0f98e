import { texts } from '../texts/en.ts'
import { html, type Html } from './html.ts'

const words = texts.pages.layout

/** One thing that is wrong, and the field it is wrong with. */
export interface Problem {
  sentence: string
  field: string | undefined
}

/** What is wrong, before everything else on the page, where the focus goes: with script and without. */
export function errorSummary(problems: readonly Problem[]): Html {
  return html`<div class="summary" role="alert" aria-labelledby="summary" tabindex="-1" autofocus>
    <h2 id="summary">${words.problem}</h2>
    <ul>
      ${problems.map(({ sentence, field }) =>
        field === undefined ? html`<li>${sentence}</li>` : html`<li><a href="#${field}">${sentence}</a></li>`,
      )}
    </ul>
  </div>`
}
