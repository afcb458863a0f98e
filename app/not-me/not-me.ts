import { voidAsked } from '../addresses/void-asked.ts'
import type { Queries } from '../database/connect.ts'
import { record, type Client } from '../history/history.ts'
import { useLink } from '../links/links.ts'
import type { Parts } from '../parts.ts'
import { endSessions } from '../sessions/end-sessions.ts'

/** How long the first factor of an account can be disowned by mail; a stranger's is noticed sooner than that. */
const disownedWithin = '3 days'

/** Puts everybody out of an account, with the code of a notice: sessions, browsers that it knew, and what they asked for. */
export async function notMe(parts: Parts, client: Client, token: string): Promise<void> {
  const { db, limits } = parts
  await limits.attempt([['link', client.network]], () =>
    db.begin(async (tx) => {
      const { accountId } = await useLink(tx, 'end-sessions', token)
      await voidAsked(tx, accountId)
      const ended = await endSessions(tx, accountId)
      await tx`delete from devices where account_id = ${accountId}`
      await record(tx, { accountId, event: 'sessions-ended', client, details: { ended, notMe: true } })
      await disownFactors(parts, tx, { accountId, client })
    }),
  )
}

/**
 * A stranger who adds the first factor would keep the account for good: a new password asks for that factor. So it, and
 * what was added after it, goes with the others, as long as the account had none a few days ago.
 */
async function disownFactors(
  { outbox }: Parts,
  tx: Queries,
  { accountId, client }: { accountId: string; client: Client },
): Promise<void> {
  const [account] = await tx<[{ email: string }?]>`
    update accounts set first_factor_at = null
    where id = ${accountId} and first_factor_at > now() - ${disownedWithin}::interval returning email`
  if (!account) return
  const { count: removed } = await tx`delete from factors where account_id = ${accountId}`
  await tx`delete from recovery_codes where account_id = ${accountId}`
  if (removed === 0) return
  const details = { factor: 'all', removed, notMe: true }
  await record(tx, { accountId, event: 'factor-removed', client, details })
  await outbox.add({ template: 'factors-disowned', recipient: account.email, accountId }, tx)
}
