import type { Queries } from '../database/connect.ts'
import { record } from '../history/history.ts'
import type { Parts } from '../parts.ts'
import { texts } from '../texts/en.ts'
import { makeRecoveryCodes, type Owner } from './recovery-codes.ts'

export type FactorKind = keyof typeof texts.factors

/** What a new factor brings with it: a line of history, a mail, and with the first one recovery codes. */
export async function noteAdded(
  db: Queries,
  { limits, outbox }: Pick<Parts, 'limits' | 'outbox'>,
  owner: Owner,
  { kind, first }: { kind: FactorKind; first: boolean },
): Promise<{ recoveryCodes?: string[] }> {
  const { accountId, email, client } = owner
  await limits.within(db).take(['change', accountId])
  if (first) await db`update accounts set first_factor_at = now() where id = ${accountId}`
  await record(db, { accountId, event: 'factor-added', client, details: { factor: kind } })
  // Names of factors are anybody's words and stay out of mails.
  const details = { device: client.device, factor: texts.factors[kind] }
  const template = first ? 'first-factor-added' : 'factor-added'
  await outbox.add({ template, recipient: email, accountId, details }, db)
  return first ? { recoveryCodes: await makeRecoveryCodes(db, owner) } : {}
}
