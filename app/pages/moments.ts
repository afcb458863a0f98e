import { texts } from '../texts/en.ts'
import { html, type Html } from './html.ts'

// In the time zone of everybody; a script says it in the reader's own.
const day = new Intl.DateTimeFormat(texts.language, { dateStyle: 'long', timeZone: 'UTC' })
const minute = new Intl.DateTimeFormat(texts.language, {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
})

/** `23 November 2026` */
export const dayOf = (iso: string): Html => html`<time datetime="${iso}">${day.format(new Date(iso))}</time>`

/** `23 November 2026 at 11:58 UTC` */
export const momentOf = (iso: string): Html =>
  html`<time datetime="${iso}" data-minute>${minute.format(new Date(iso))} UTC</time>`
