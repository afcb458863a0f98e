import type { FastifyRequest } from 'fastify'
import type { Db, Queries } from '../database/connect.ts'
import { hashOf } from '../links/links.ts'
import type { Shown } from '../sessions/shown.ts'

/** A sign-in with the right password that waits for its second factor. */
export interface PendingSignIn {
  accountId: string
  generation: number
  email: string
}

/** Notes whose password was right; nobody is signed in by that. */
export async function beginSecondStep(
  db: Db,
  request: FastifyRequest,
  { accountId, generation }: Shown,
): Promise<void> {
  await storeSession(request)
  await db`insert into pending_sign_ins (id_hash, account_id, generation) values (${keyOf(request)}, ${accountId}, ${generation})`
}

export async function findPending(db: Db, request: FastifyRequest): Promise<PendingSignIn | undefined> {
  const [pending] = await db<[PendingSignIn?]>`
    select p.account_id, p.generation, a.email from pending_sign_ins p join accounts a on a.id = p.account_id
    where p.id_hash = ${keyOf(request)} and p.expires_at > now() and p.tries_left > 0 and a.status = 'active'
      and p.generation = a.generation`
  return pending
}

/** Takes one of its tries before it is looked whether it is a good one; answers how many are left, if there was one. */
export async function spendTry(db: Db, request: FastifyRequest): Promise<number | undefined> {
  const [spent] = await db<[{ triesLeft: number }?]>`
    update pending_sign_ins set tries_left = tries_left - 1
    where id_hash = ${keyOf(request)} and expires_at > now() and tries_left > 0 returning tries_left`
  return spent?.triesLeft
}

export async function endPending(db: Queries, request: FastifyRequest): Promise<void> {
  await db`delete from pending_sign_ins where id_hash = ${keyOf(request)}`
}

/** A visitor's session is stored only where something has to be remembered between two requests. */
export async function storeSession(request: FastifyRequest): Promise<void> {
  if (request.session.handle === undefined && !request.session.isSaved()) await request.session.save()
}

/** What rows of a session are found by. */
export const keyOf = (request: FastifyRequest): Buffer => hashOf(request.session.sessionId)
