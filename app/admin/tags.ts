import { html, type Html } from '../pages/html.ts'
import { texts } from '../texts/en.ts'
import type { Account } from './listing.ts'

const words = texts.pages.admin

/** What is out of the ordinary about an account. */
export function tags({ role, status, disabledAt }: Pick<Account, 'role' | 'status' | 'disabledAt'>): Html {
  const told = disabledAt !== null && status === 'leaving' ? [status, 'disabled' as const] : [status]
  return html`${role === 'admin' && html`<span class="tag">${words.roles.admin}</span>`}
  ${told.filter((each) => each !== 'active').map((each) => html`<span class="tag off">${words.statuses[each]}</span>`)}`
}
