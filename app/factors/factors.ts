import type { FastifyRequest } from 'fastify'
import type { Queries } from '../database/connect.ts'
import { record, type Client } from '../history/history.ts'
import { refusal } from '../http/refusals.ts'
import type { Parts } from '../parts.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { clientOf, confirmed } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import type { FactorKind } from './added.ts'

const NotFound = refusal('NOT_FOUND', 404)
const LastFactor = refusal('LAST_FACTOR', 409)

export interface Factors {
  factors: { id: string; kind: FactorKind; name: string; createdAt: string; usedAt: string | null }[]
  recoveryCodes: { left: number; madeAt: string | null }
}

/** What an account has, the oldest first; times as ISO 8601 texts. */
export async function listFactors({ db }: Parts, accountId: string): Promise<Factors> {
  const factors = await db<Factors['factors']>`
    select id, kind, name, to_json(created_at)#>>'{}' as created_at, to_json(used_at)#>>'{}' as used_at
    from factors where account_id = ${accountId} order by created_at, id`
  const [recoveryCodes] = await db<[Factors['recoveryCodes']]>`
    select count(*)::int as left, to_json(min(made_at))#>>'{}' as made_at
    from recovery_codes where account_id = ${accountId}`
  return { factors: [...factors], recoveryCodes }
}

/** Removes one; recovery codes stand for factors and go with the last. An admin keeps at least one. */
export async function removeFactor(
  { db, limits, outbox }: Parts,
  request: FastifyRequest,
  factorId: string,
): Promise<void> {
  const { id: accountId, email } = confirmed(request)
  const client = clientOf(request)
  await db.begin(async (tx) => {
    // One at a time, or two requests remove the last two.
    const [account] = await tx<[{ role: string }]>`
      select role from accounts where id = ${accountId} for no key update`
    const [removed] = await tx<[{ kind: FactorKind }?]>`
      delete from factors where id = ${factorId} and account_id = ${accountId} returning kind`
    if (!removed) throw new NotFound()
    await limits.within(tx).take(['change', accountId])
    const [left] = await tx`select from factors where account_id = ${accountId} limit 1`
    if (!left) {
      if (account.role === 'admin') throw new LastFactor()
      await tx`delete from recovery_codes where account_id = ${accountId}`
    }
    const { kind } = removed
    await record(tx, { accountId, event: 'factor-removed', client, details: { factor: kind } })
    const details = { device: client.device, factor: texts.factors[kind] }
    await outbox.add({ template: 'factor-removed', recipient: email, accountId, details }, tx)
  })
}

interface Removal {
  accountId: string
  email: string
  client: Client
  /** The admin who removes them. */
  actorId: string
}

/** For somebody who lost them all; within a transaction that holds the account. */
export async function removeAllFactors(
  { outbox }: Pick<Parts, 'outbox'>,
  tx: Queries,
  { accountId, email, client, actorId }: Removal,
): Promise<void> {
  const { count } = await tx`delete from factors where account_id = ${accountId}`
  if (count === 0) return
  await tx`delete from recovery_codes where account_id = ${accountId}`
  const ended = await endSessions(tx, accountId)
  const details = { factor: 'all', removed: count, ended }
  await record(tx, { accountId, event: 'factor-removed', client, actorId, details })
  await outbox.add({ template: 'factors-removed', recipient: email, accountId }, tx)
}
