import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotYourself } from '../admin/holding.ts'
import { voidAsked } from '../addresses/void-asked.ts'
import type { Queries } from '../database/connect.ts'
import { record, type Client } from '../history/history.ts'
import { LinkInvalid, useLink } from '../links/links.ts'
import type { Parts, SiteParts } from '../parts.ts'
import { provePassword } from '../passwords/change.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { forgetSession } from '../sessions/plugin.ts'
import { clientOf, confirmed } from '../sessions/signed-in.ts'

/** Closes the account of whoever is signed in, for good in 14 days. */
export async function deleteAccount(
  parts: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  password: string,
): Promise<void> {
  const { id, email, role } = confirmed(request)
  // Or the last admin could go: another one takes the role away first.
  if (role === 'admin') throw new NotYourself()
  await provePassword(parts, request, password)
  await parts.db.begin((tx) => leave(parts, tx, { accountId: id, email, client: clientOf(request) }))
  await forgetSession(parts, request, reply)
}

export interface Leaving {
  accountId: string
  email: string
  client: Client
  /** The admin who closes somebody else's account. */
  actorId?: string
}

/** Ends all that an account can do and notes when it is to be erased; its address is free only then. */
export async function leave(
  { outbox }: Pick<Parts, 'outbox'>,
  tx: Queries,
  { accountId, email, client, actorId }: Leaving,
): Promise<void> {
  const { count } = await tx`
    update accounts set status = 'leaving' where id = ${accountId} and status <> 'leaving'`
  if (count === 0) return
  await voidAsked(tx, accountId)
  const ended = await endSessions(tx, accountId)
  await record(tx, {
    accountId,
    event: 'account-leaving',
    client,
    ...(actorId !== undefined && { actorId }),
    details: { ended },
  })
  await outbox.add({ template: 'account-leaving', recipient: email, accountId }, tx)
}

/** Takes a deletion back, with the code of its mail; nobody is signed in by it. */
export async function keepAccount({ db, limits }: Parts, client: Client, token: string): Promise<void> {
  await limits.attempt([['link', client.network]], () =>
    db.begin(async (tx) => {
      const { accountId } = await useLink(tx, 'keep-account', token)
      const { count } = await tx`
        update accounts set status = 'active' where id = ${accountId} and status = 'leaving'`
      if (count === 0) throw new LinkInvalid()
      await record(tx, { accountId, event: 'account-kept', client })
    }),
  )
}
