import type { FastifyRequest } from 'fastify'
import type { Event } from '../history/history.ts'
import { pageOf } from '../http/paging.ts'
import type { Parts } from '../parts.ts'
import { admin } from './guard.ts'
import { readAccount, type Account } from './listing.ts'

const pageLength = 50

/** What happened to an account, for an admin. */
export interface Entry {
  id: string
  at: string
  event: Event
  /** The admin who did it; null where it was the owner, or where the admin is gone. */
  actor: string | null
  device: string
  network: string
  details: Record<string, string | number | boolean>
}

export interface View {
  account: Account
  /** How many are open. */
  sessions: number
  /** Kinds of its second factors, each once. */
  factors: string[]
  lastSignInAt: string | null
  history: Entry[]
  /** Leads to older entries, if there are some. */
  next: string | null
}

/** All that admins may know of one account; nothing of its secrets. */
export async function viewAccount(
  { db }: Pick<Parts, 'db'>,
  request: FastifyRequest,
  { id, before, limit = pageLength }: { id: string; before?: string; limit?: number },
): Promise<View> {
  admin(request)
  const account = await readAccount({ db }, id)
  const [[sums], entries] = await Promise.all([
    db<[{ sessions: number; factors: string[]; lastSignInAt: string | null }]>`
      select (select count(*)::int from sessions where account_id = ${id} and expires_at > now()) as sessions,
        array(select distinct kind from factors where account_id = ${id} order by kind) as factors,
        (select to_json(max(at))#>>'{}' from history where account_id = ${id} and event = 'signed-in') as last_sign_in_at`,
    db<Entry[]>`
      select h.id, to_json(h.at)#>>'{}' as at, h.event, a.email as actor, h.device, h.network, h.details
      from history h left join accounts a on a.id = h.actor_id
      where h.account_id = ${id} and ${before === undefined ? db`true` : db`h.id < ${before}::bigint`}
      order by h.id desc limit ${limit + 1}`,
  ])
  const { shown, next } = pageOf(entries, limit, (entry) => entry.id)
  return { account, ...sums, history: shown, next }
}
