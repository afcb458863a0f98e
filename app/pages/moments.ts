import { texts } from '../texts/en.ts'
import { html, type Html } from './html.ts'

/** `23 November 2026`; a script says it in the reader's own time zone. */
export const dayOf = (iso: string): Html =>
  html`<time datetime="${iso}">${texts.dates.day(new Date(iso))}</time>`

/** `23 November 2026 at 11:58 UTC` */
export const momentOf = (iso: string): Html =>
  html`<time datetime="${iso}" data-minute>${texts.dates.minute(new Date(iso))}</time>`
