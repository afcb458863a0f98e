import type { Queries } from '../database/connect.ts'
import { pageOf } from '../http/paging.ts'
import type { Event } from './history.ts'

export interface Happened {
  /** A number, as text because it may outgrow what JSON's readers count in. */
  id: string
  at: string
  event: Event
  device: string
  network: string
  byAdmin: boolean
  details: Record<string, string | number | boolean>
}

export interface HistoryPage {
  entries: Happened[]
  /** The `before` of the next page, if there is one. */
  next: string | null
}

/** What happened to an account, the last first, from before a given entry on. */
export async function readHistory(
  db: Queries,
  accountId: string,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<HistoryPage> {
  // Where an admin was when they did something is the admin's own.
  const found = await db<Happened[]>`
    select id, to_json(at)#>>'{}' as at, event, by_admin, details,
      case when by_admin then '' else device end as device, case when by_admin then '' else network end as network
    from (select *, actor_id is not null and actor_id <> account_id as by_admin from history) as told
    where account_id = ${accountId} and id < ${before ?? String(2n ** 63n - 1n)}
    order by id desc limit ${limit + 1}`
  const { shown, next } = pageOf(found, limit, ({ id }) => id)
  return { entries: shown, next }
}
