import type { FastifyRequest } from 'fastify'
import { pageOf } from '../http/paging.ts'
import { refusal } from '../http/refusals.ts'
import type { Parts } from '../parts.ts'
import { admin } from './guard.ts'

const NotFound = refusal('NOT_FOUND', 404)
const pageLength = 50

export type Status = 'active' | 'disabled' | 'leaving'

/** An account as admins see it; times are ISO 8601 texts. */
export interface Account {
  id: string
  email: string
  name: string
  role: 'member' | 'admin'
  status: Status
  createdAt: string
  /** When it will be erased, if it is leaving. */
  eraseAt: string | null
  /** Since when an admin keeps it out; also while it is leaving. */
  disabledAt: string | null
}

export interface Search {
  /** What the address or the name begins with. */
  search?: string
  status?: Status
  /** `next` of the page before. */
  before?: string
  /** How many on a page. */
  limit?: number
}

/** Accounts, the youngest first, a page at a time; `next` leads to the following page. */
export async function listAccounts(
  { db }: Pick<Parts, 'db'>,
  request: FastifyRequest,
  { search = '', status, before, limit = pageLength }: Search,
): Promise<{ accounts: Account[]; next: string | null }> {
  admin(request)
  const start = search.trim()
  const [micros = null, id = null] = before?.split('.') ?? []
  // Beginnings, not patterns: nothing that is typed means anything but itself.
  const found = await db<(Account & { position: string })[]>`
    select ${columns(db)}, (extract(epoch from created_at) * 1000000)::bigint || '.' || id as position
    from accounts
    where ${start === '' ? db`true` : db`(email_key collate "C" ^@ lower(${start}) or lower(name) collate "C" ^@ lower(${start}))`}
      and ${status === undefined ? db`true` : db`status = ${status}`}
      and ${micros === null ? db`true` : db`(created_at, id) < (timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond', ${id}::uuid)`}
    order by created_at desc, id desc limit ${limit + 1}`
  const { shown, next } = pageOf(found, limit, ({ position }) => position)
  return { accounts: shown.map(({ position: _, ...account }) => account), next }
}

/** One account, whoever asks. */
export async function readAccount({ db }: Pick<Parts, 'db'>, id: string): Promise<Account> {
  const [account] = await db<[Account?]>`select ${columns(db)} from accounts where id = ${id}`
  if (!account) throw new NotFound()
  return account
}

const columns = (
  db: Parts['db'],
) => db`id, email, name, role, status, to_json(created_at)#>>'{}' as created_at,
  to_json(erase_at)#>>'{}' as erase_at, to_json(disabled_at)#>>'{}' as disabled_at`
