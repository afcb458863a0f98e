import type { FastifyRequest } from 'fastify'
import type { Queries } from '../database/connect.ts'
import { refusal } from '../http/refusals.ts'
import type { Parts } from '../parts.ts'
import type { SignedIn } from '../sessions/store.ts'
import { actingAdmin, NotAllowed } from './guard.ts'
import type { Account } from './listing.ts'

const NotFound = refusal('NOT_FOUND', 404)
/** What nobody may do to an admin but another one. */
export const NotYourself = refusal('NOT_YOURSELF', 409)

/** Who does something to whom, while neither can change. */
export interface Held {
  tx: Queries
  actor: SignedIn
  target: Pick<Account, 'id' | 'email' | 'role' | 'status'>
}

/**
 * Holds all admins and the account in question for one transaction. Of two admins who take each other's role at once,
 * the second is none any more when its turn comes: with nobody acting on themselves, one admin is always left.
 */
export async function holding<T>(
  { db }: Pick<Parts, 'db'>,
  request: FastifyRequest,
  id: string,
  work: (held: Held) => Promise<T>,
): Promise<void> {
  const actor = actingAdmin(request)
  await db.begin(async (tx) => {
    const held = await tx<Held['target'][]>`
      select id, email, role, status from accounts where id = ${id} or role = 'admin' order by id for no key update`
    const itself = held.find((account) => account.id === actor.id)
    if (itself?.role !== 'admin' || itself.status !== 'active') throw new NotAllowed()
    const target = held.find((account) => account.id === id)
    if (!target) throw new NotFound()
    await work({ tx, actor, target })
  })
}

/** Refuses what an admin may not do to itself, because afterwards nobody might be left to undo it. */
export function another({ actor, target }: Held): void {
  if (actor.id === target.id) throw new NotYourself()
}
