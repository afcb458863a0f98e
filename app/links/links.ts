import { createHash, randomBytes } from 'node:crypto'
import type { Queries } from '../database/connect.ts'
import { refusal } from '../http/refusals.ts'

export const LinkInvalid = refusal('LINK_INVALID', 400)

/** What a mailed code can do, and for how long. */
export const lifetimes = {
  reset: '1 hour',
  'confirm-address': '24 hours',
  'undo-address': '7 days',
  'end-sessions': '30 days',
  'keep-account': '14 days',
} as const

export type Purpose = keyof typeof lifetimes

export interface Link {
  accountId: string
  /** The change of address that it confirms or undoes. */
  changeId: string | null
}

/** 256 random bits as 43 characters that survive any mail program. */
export const freshToken = (): string => randomBytes(32).toString('base64url')

/** All that is ever stored of a token. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Makes a code for one purpose; those of the same account and purpose go on until one is used. */
export async function makeLink(
  db: Queries,
  purpose: Purpose,
  { accountId, changeId }: { accountId: string; changeId?: string | undefined },
): Promise<string> {
  const token = freshToken()
  await db`
    insert into links (token_hash, purpose, account_id, change_id, expires_at)
    values (${hashOf(token)}, ${purpose}, ${accountId}, ${changeId ?? null}, now() + ${lifetimes[purpose]}::interval)`
  return token
}

/**
 * Uses a code up, in a transaction that holds its account: of eight who send it at once, one gets the link. Its older
 * and newer kin go too.
 */
export async function useLink(db: Queries, purpose: Purpose, token: string): Promise<Link> {
  // The account first and what hangs on it then: the order in which erasing takes them.
  await db`
    select from accounts where id = (
      select account_id from links where token_hash = ${hashOf(token)} and purpose = ${purpose}) for update`
  const [link] = await db<[Link?]>`
    delete from links where token_hash = ${hashOf(token)} and purpose = ${purpose} and expires_at > now()
    returning account_id, change_id`
  if (!link) throw new LinkInvalid()
  await db`delete from links where account_id = ${link.accountId} and purpose = ${purpose}`
  return link
}

/** Takes one of its five tries, before it is looked whether what came with it is right; answers how many are left. */
export async function spendLinkTry(db: Queries, purpose: Purpose, token: string): Promise<number> {
  const [spent] = await db<[{ triesLeft: number }?]>`
    update links set tries_left = tries_left - 1
    where token_hash = ${hashOf(token)} and purpose = ${purpose} and expires_at > now() and tries_left > 0
    returning tries_left`
  if (!spent) throw new LinkInvalid()
  return spent.triesLeft
}

/** Looks without using it up, as a page does that asks for something else first. */
export async function peekLink(db: Queries, purpose: Purpose, token: string): Promise<Link | undefined> {
  const [link] = await db<[Link?]>`
    select account_id, change_id from links
    where token_hash = ${hashOf(token)} and purpose = ${purpose} and expires_at > now()`
  return link
}
