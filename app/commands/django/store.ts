import type { Db, Queries } from '../../database/connect.ts'
import type { Comer } from './sort-out.ts'

const atOnce = 500

/** Makes accounts of all who have none, in one transaction; answers the numbers of those. A dry run takes it all back. */
export async function storeComers(
  db: Db,
  comers: Comer[],
  { dryRun }: { dryRun: boolean },
): Promise<Set<number>> {
  const made = new Set<number>()
  const undone = new Error('a dry run')
  try {
    await db.begin(async (tx) => {
      for (let start = 0; start < comers.length; start += atOnce)
        for (const number of await store(tx, comers.slice(start, start + atOnce))) made.add(number)
      if (dryRun) throw undone
    })
  } catch (error) {
    if (error !== undone) throw error
  }
  return made
}

async function store(tx: Queries, comers: Comer[]): Promise<number[]> {
  const rows = comers.map(({ password, ...comer }) => ({ ...comer, ...password }))
  const made = await tx<{ number: number }[]>`
    with given as (
      select * from jsonb_to_recordset(${tx.json(rows)}) as t (
        number int, email text, name text, status text, "createdAt" timestamptz, cost text, salt text, digest text)
    ), made as (
      insert into accounts (email, name, status, created_at) select email, name, status, "createdAt" from given
      on conflict (email_key) do nothing returning id, email_key
    ), comers as (
      select made.id, given.* from made join given on lower(given.email) = made.email_key
    ), kept as (
      insert into passwords (account_id, scheme, cost, salt, digest)
      select id, 'pbkdf2_sha256', cost, decode(salt, 'base64'), decode(digest, 'base64') from comers
      where digest is not null
    ), noted as (
      insert into history (account_id, event, details)
      select id, 'account-imported', jsonb_build_object('from', 'django', 'number', number) from comers
    ), answered as (
      -- Whoever asked for such an account meanwhile has one now.
      delete from sign_ups where lower(email) in (select lower(email) from comers)
    )
    select number from comers`
  return made.map(({ number }) => number)
}
