import type { FastifyRequest } from 'fastify'
import type { Db } from '../database/connect.ts'
import { record } from '../history/history.ts'
import type { Parts } from '../parts.ts'
import { clientOf, signedIn } from '../sessions/signed-in.ts'

export interface OwnAccount {
  id: string
  email: string
  name: string
  role: 'member' | 'admin'
  createdAt: string
  passwordChangedAt: string | null
  /** The address that the account goes to once it is confirmed. */
  askedEmail: string | null
}

/** What is kept of an account itself; times as ISO 8601 texts. */
export async function readAccount(db: Db, accountId: string): Promise<OwnAccount> {
  const [account] = await db<[OwnAccount]>`
    select id, email, name, role, to_json(created_at)#>>'{}' as created_at,
      to_json(password_changed_at(id))#>>'{}' as password_changed_at,
      (select c.email from address_changes c where c.account_id = a.id and former is null and expires_at > now()) as asked_email
    from accounts a where id = ${accountId}`
  return account
}

/** Corrects the name of whoever is signed in. */
export async function rename({ db, limits }: Parts, request: FastifyRequest, name: string): Promise<void> {
  const { id } = signedIn(request)
  await limits.take(['rename', id])
  const renamed = await db.begin(async (tx) => {
    const { count } = await tx`update accounts set name = ${name} where id = ${id} and name <> ${name}`
    if (count > 0) await record(tx, { accountId: id, event: 'account-changed', client: clientOf(request) })
    return count > 0
  })
  if (!renamed) await limits.giveBack(['rename', id])
}
