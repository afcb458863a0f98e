import { randomBytes } from 'node:crypto'
import { record, type Client } from '../history/history.ts'
import { LinkInvalid, peekLink } from '../links/links.ts'
import type { Parts } from '../parts.ts'
import { freshTerms } from '../passwords/hashing.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { refuseTaken } from './taken.ts'
import { voidAsked } from './void-asked.ts'

/**
 * Brings an account back to an address that it left, with the code that went there. Somebody else may have moved it:
 * every session ends, what they asked for is void, and so is the password that they knew.
 */
export async function undoMove(parts: Parts, client: Client, token: string): Promise<void> {
  const { db, limits, outbox, passwords } = parts
  const undo = (): Promise<void> =>
    db.begin(async (tx) => {
      const link = await peekLink(tx, 'undo-address', token)
      const [account] = link
        ? await tx<[{ id: string; email: string }?]>`
            select id, email from accounts where id = ${link.accountId} for update`
        : []
      const [change] = link
        ? await tx<[{ former: string }?]>`
            select former from address_changes where id = ${link.changeId} and expires_at > now()`
        : []
      if (!link || !account || !change) throw new LinkInvalid()
      // This move, whatever followed it, and all codes of those. What came before stays undoable by its own address,
      // so that a stranger who moves an account twice can't keep its owner out.
      await tx`delete from address_changes where account_id = ${account.id} and id >= ${link.changeId}`
      // If they asked for its erasure too, it is kept.
      await tx`
        update accounts set email = ${change.former},
          status = case status when 'leaving' then 'active' else status end
        where id = ${account.id}`
      await voidAsked(tx, account.id)
      await tx`delete from links where account_id = ${account.id} and purpose = 'keep-account'`
      await passwords.set(account.id, { ...freshTerms(), digest: randomBytes(32) }, tx)
      await endSessions(tx, account.id)
      await tx`delete from devices where account_id = ${account.id}`
      await record(tx, { accountId: account.id, event: 'address-change-undone', client })
      const letter = { accountId: account.id }
      await outbox.add({ ...letter, template: 'address-restored', recipient: change.former }, tx)
      await outbox.add({ ...letter, template: 'address-given-up', recipient: account.email }, tx)
    })
  await limits.attempt([['link', client.network]], () => undo().catch(refuseTaken))
}
