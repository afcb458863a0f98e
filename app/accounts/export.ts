import type { Db } from '../database/connect.ts'
import { readHistory } from '../history/reading.ts'
import { readAccount } from './own-data.ts'

type Rows = Iterable<object> | AsyncIterable<object>

/**
 * All that is kept about a person, by its name in the file; a feature that keeps something adds it here. Ids of
 * sessions, digests and secrets are what lets somebody in: none of them is told.
 */
const kept: Record<string, (db: Db, accountId: string) => PromiseLike<object> | Rows> = {
  account: readAccount,

  sessions: (db, accountId) => db`
    select device, network, created_at, used_at, expires_at from sessions
    where account_id = ${accountId} order by created_at`,

  devices: (db, accountId) => db`
    select label, first_seen_at, seen_at from devices where account_id = ${accountId} order by first_seen_at`,

  factors: (db, accountId) => db`
    select kind, name, created_at, used_at from factors where account_id = ${accountId} order by created_at`,

  recoveryCodes: (db, accountId) => db`
    select made_at, count(*)::int as left from recovery_codes where account_id = ${accountId} group by made_at`,

  pendingSignIns: (db, accountId) => db`
    select expires_at from pending_sign_ins where account_id = ${accountId} order by expires_at`,

  addressChanges: (db, accountId) => db`
    select former as from, email as to, former is not null as confirmed, created_at, expires_at
    from address_changes where account_id = ${accountId} order by id`,

  links: (db, accountId) => db`
    select purpose, created_at, expires_at from links
    where account_id = ${accountId} and expires_at > now() order by created_at`,

  mails: (db, accountId) => db`
    select template, recipient, created_at, tries from outbox where account_id = ${accountId} order by created_at`,

  history: wholeHistory,
}

const pageLength = 500

/** A page at a time: a long history fits into memory, and a slow reader holds no connection. */
async function* wholeHistory(db: Db, accountId: string): AsyncGenerator<object> {
  for (let before: string | undefined; ;) {
    const { entries, next } = await readHistory(db, accountId, { before, limit: pageLength })
    for (const { id: _id, ...happened } of entries) yield happened
    if (next === null) return
    before = next
  }
}

/** One JSON file, in pieces. */
export async function* exportOf(db: Db, accountId: string, site: string): AsyncGenerator<string> {
  yield `{\n  "site": ${JSON.stringify(site)},\n  "exportedAt": "${new Date().toISOString()}"`
  for (const [name, read] of Object.entries(kept)) {
    yield `,\n  "${name}": `
    const found = await read(db, accountId)
    if (Symbol.iterator in found || Symbol.asyncIterator in found) yield* listOf(found as Rows)
    else yield JSON.stringify(found)
  }
  yield '\n}\n'
}

async function* listOf(rows: Rows): AsyncGenerator<string> {
  let between = '['
  for await (const row of rows) {
    yield `${between}\n    ${JSON.stringify(row)}`
    between = ','
  }
  yield between === '[' ? '[]' : '\n  ]'
}
