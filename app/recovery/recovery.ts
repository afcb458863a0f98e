import { contextOf } from '../accounts/sign-up.ts'
import { voidAsked } from '../addresses/void-asked.ts'
import type { Queries } from '../database/connect.ts'
import { methodsOf } from '../factors/methods.ts'
import type { TypedFactor } from '../factors/proof.ts'
import { record, type Client } from '../history/history.ts'
import { LinkInvalid, peekLink, useLink } from '../links/links.ts'
import type { Parts } from '../parts.ts'
import { checkPassword } from '../passwords/rules.ts'
import { FactorNeeded } from '../sessions/signed-in.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { withFactor } from './with-factor.ts'

/** Writes to whoever has an account with this address; to everybody else nothing is written, and nothing told. */
export async function askForReset({ limits, outbox }: Parts, client: Client, email: string): Promise<void> {
  await limits.take(['resetTo', email], ['mailFrom', client.network])
  await outbox.add({ template: 'reset', recipient: email })
}

export interface Reset extends TypedFactor {
  token: string
  password: string
}

/**
 * A new password for whoever holds the code, and shows a second factor where the account has one; every session ends,
 * and nobody is signed in by it.
 */
export async function reset(parts: Parts, client: Client, body: Reset): Promise<void> {
  const done = await parts.limits.attempt([['link', client.network]], () => useReset(parts, client, body))
  // The link is a good one, and only to who holds it this is told.
  if (!done) throw new FactorNeeded()
}

/** Whether it is done; not yet where a second factor is missing. */
async function useReset(
  parts: Parts,
  client: Client,
  { token, password, code, recoveryCode }: Reset,
): Promise<boolean> {
  const { db, passwords, common, outbox } = parts
  const link = await peekLink(db, 'reset', token)
  const [account] = link
    ? await db<[{ email: string; name: string }?]>`
        select email, name from accounts where id = ${link.accountId} and status = 'active'`
    : []
  if (!link || !account) throw new LinkInvalid()
  checkPassword(password, common, contextOf(parts, account.email, account.name))
  const factorDue = (await methodsOf(db, link.accountId)).length > 0
  if (factorDue && !code && !recoveryCode) return false
  const hashed = await passwords.hash(password, client.network)
  const owner = { accountId: link.accountId, email: account.email, client }
  const change = (proof?: (tx: Queries) => Promise<void>): Promise<void> =>
    db.begin(async (tx) => {
      const { accountId } = await useLink(tx, 'reset', token)
      await proof?.(tx)
      await passwords.set(accountId, hashed, tx)
      await voidAsked(tx, accountId)
      await endSessions(tx, accountId)
      await record(tx, { accountId, event: 'password-reset', client })
      const details = { device: client.device }
      await outbox.add({ template: 'password-changed', recipient: account.email, accountId, details }, tx)
    })
  if (factorDue) await withFactor(parts, token, owner, { code, recoveryCode }, change)
  else await change()
  return true
}
