import { html } from '../pages/html.ts'
import type { View } from '../pages/layout.ts'
import { texts } from '../texts/en.ts'

const words = texts.pages.factors

/** Ten codes, to be seen this once. */
export function recoveryCodesView(codes: readonly string[]): View {
  return {
    title: words.codesTitle,
    body: html` <h1>${words.codesTitle}</h1>
      <p class="lead">${words.codesLead}</p>
      <ol class="codes">
        ${codes.map((code) => html`<li><code>${code}</code></li>`)}
      </ol>
      <p><a class="button" href="/account/factors">${words.codesKept}</a></p>`,
  }
}
