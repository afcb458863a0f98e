import type { Queries } from '../database/connect.ts'

/** Ends an account's sessions, all or all but one, and what is half signed in; answers how many. */
export async function endSessions(db: Queries, accountId: string, exceptHandle?: string): Promise<number> {
  await db`delete from pending_sign_ins where account_id = ${accountId}`
  const [{ ended }] = await db<[{ ended: number }]>`
    with raised as (
      update accounts set generation = generation + 1 where id = ${accountId} returning generation
    ), kept as (
      update sessions set generation = raised.generation from raised
      where account_id = ${accountId} and handle = ${exceptHandle ?? null}::uuid
    ), gone as (
      delete from sessions
      where account_id = ${accountId} and handle is distinct from ${exceptHandle ?? null}::uuid returning 1
    )
    select count(*)::int as ended from gone`
  return ended
}
