import { Value } from 'typebox/value'
import type { Db } from '../database/connect.ts'
import { record } from '../history/history.ts'
import { Email } from '../http/shapes.ts'
import { makeLink } from '../links/links.ts'
import { Outbox } from '../mail/outbox.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { CommandError } from './command-error.ts'

export interface Added {
  /** Whether there was no account with this address before. */
  created: boolean
  /** For choosing a password within the hour; shown at the terminal and nowhere else. */
  link: string
}

/** Makes an admin: a new account that has no password yet, or one that is active already. */
export async function addAdmin(db: Db, email: string, origin: string): Promise<Added> {
  if (!Value.Check(Email, email))
    throw new CommandError(`${JSON.stringify(email)} is no email address`, {
      why: 'accounts have addresses in the form name@example.com, in ASCII',
      fix: 'admin add name@example.com',
    })
  return db.begin(async (tx) => {
    const [found] = await tx<[{ id: string; role: string; status: string }?]>`
      select id, role, status from accounts where email_key = lower(${email}) for update`
    if (found && found.status !== 'active')
      throw new CommandError(`${email} can not become an admin`, {
        why: `its account is ${found.status}`,
        fix: 'another admin enables it first; or name another address',
      })
    const id = found?.id ?? (await create(email))
    if (found && found.role !== 'admin') await promote(found.id)
    return { created: !found, link: `${origin}/reset#${await makeLink(tx, 'reset', { accountId: id })}` }

    async function create(address: string): Promise<string> {
      const [{ id: made }] = await tx<[{ id: string }]>`
        insert into accounts (email, role) values (${address}, 'admin') returning id`
      await record(tx, { accountId: made, event: 'account-created', details: { role: 'admin' } })
      return made
    }

    async function promote(accountId: string): Promise<void> {
      await tx`update accounts set role = 'admin' where id = ${accountId}`
      // It signs in again, to what it may do now.
      await endSessions(tx, accountId)
      await record(tx, { accountId, event: 'role-changed', details: { role: 'admin' } })
      await new Outbox(db).add({ template: 'made-admin', recipient: email, accountId }, tx)
    }
  })
}
