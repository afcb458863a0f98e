import { voidAsked } from '../addresses/void-asked.ts'
import { record, type Client } from '../history/history.ts'
import { useLink } from '../links/links.ts'
import type { Parts } from '../parts.ts'
import { endSessions } from '../sessions/end-sessions.ts'

/** Puts everybody out of an account, with the code of a notice: sessions, browsers that it knew, and what they asked for. */
export async function notMe({ db, limits }: Parts, client: Client, token: string): Promise<void> {
  await limits.attempt([['link', client.network]], () =>
    db.begin(async (tx) => {
      const { accountId } = await useLink(tx, 'end-sessions', token)
      await voidAsked(tx, accountId)
      const ended = await endSessions(tx, accountId)
      await tx`delete from devices where account_id = ${accountId}`
      await record(tx, { accountId, event: 'sessions-ended', client, details: { ended, notMe: true } })
    }),
  )
}
