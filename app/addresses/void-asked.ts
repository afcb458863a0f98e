import type { Queries } from '../database/connect.ts'

/** Makes void what was asked for and not yet done, a new password and a move: it may have been somebody else. */
export async function voidAsked(db: Queries, accountId: string): Promise<void> {
  await db`delete from links where account_id = ${accountId} and purpose = 'reset'`
  // A code that is still to be mailed goes with its move.
  await db`delete from address_changes where account_id = ${accountId} and former is null`
}
