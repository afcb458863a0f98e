import { makeLink } from '../links/links.ts'
import {
  linkTo,
  withLink,
  type Composer,
  type Made,
  type MessageParts,
  type Template,
} from '../mail/composer.ts'
import { texts } from '../texts/en.ts'

/** What is written when an account moves to another address. */
export const addressMails: Partial<Record<Template, Composer>> = {
  // Whether the address has an account already is found out here, and told to nobody but its owner.
  async 'confirm-address'(parts, { accountId, details }) {
    const [asked] = await parts.db<[{ taken: boolean }?]>`
      select exists (select from accounts a where a.email_key = lower(c.email) and a.id <> c.account_id) as taken
      from address_changes c where c.id = ${details['change'] ?? null} and former is null and expires_at > now()`
    if (!asked || accountId === null) return undefined
    if (asked.taken) return { template: 'address-taken', values: { origin: parts.settings.origins.app } }
    const token = await makeLink(parts.db, 'confirm-address', { accountId, changeId: details['change'] })
    return { values: linkTo(parts, '/account/email/confirm', token) }
  },

  'address-changed': (parts, { recipient }) => movedAway(parts, recipient),
  'address-restored': withLink('reset', '/reset'),
  'address-given-up': async () => ({ values: {} }),
}

/** What to write to an address that an account has just left: how to bring the account back. */
export async function movedAway(parts: MessageParts, recipient: string): Promise<Made | undefined> {
  // The first of several moves: undoing it undoes all.
  const [move] = await parts.db<[{ id: string; accountId: string; address: string; expiresAt: Date }?]>`
    select c.id, c.account_id, a.email as address, c.expires_at
    from address_changes c join accounts a on a.id = c.account_id
    where lower(c.former) = lower(${recipient}) and a.email_key <> lower(c.former) and c.expires_at > now()
    order by c.id limit 1`
  if (!move) return undefined
  const { id, accountId, address, expiresAt } = move
  const token = await makeLink(parts.db, 'undo-address', { accountId, changeId: id })
  return {
    template: 'address-changed',
    values: { ...linkTo(parts, '/account/email/undo', token), address, date: texts.dates.day(expiresAt) },
  }
}
