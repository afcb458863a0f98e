import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Db } from './connect.ts'

// Both as source and in a bundle they lie beside the code.
const folder = new URL('./migrations/', import.meta.url)
/** Any number that nothing else locks. */
const lock = 5_316_112_300

interface Migration {
  name: string
  sha256: string
  sql: string
}

/** Brings the tables up to the code, each step in a transaction of its own; answers the names of those it ran. */
export async function migrate(db: Db): Promise<string[]> {
  const known = await readMigrations()
  const connection = await db.reserve()
  try {
    // Two releases may start at once.
    await connection`select pg_advisory_lock(${lock})`
    await connection`
      create table if not exists migrations (
        name text primary key, sha256 text not null, applied_at timestamptz not null default now())`
    const applied = await connection<{ name: string; sha256: string }[]>`select name, sha256 from migrations`
    const missing = pending(
      known,
      applied.map(({ name, sha256 }) => ({ name, sha256 })),
    )
    for (const { name, sha256, sql } of missing) {
      await connection.unsafe('begin')
      try {
        await connection.unsafe(sql)
        await connection`insert into migrations (name, sha256) values (${name}, ${sha256})`
        await connection.unsafe('commit')
      } catch (cause) {
        await connection.unsafe('rollback')
        throw new Error(`${name} could not be run; the tables are as they were before it`, { cause })
      }
    }
    return missing.map(({ name }) => name)
  } finally {
    await connection`select pg_advisory_unlock(${lock})`.catch(() => undefined)
    connection.release()
  }
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8')
      return { name, sha256: createHash('sha256').update(sql).digest('hex'), sql }
    }),
  )
}

/** What is to be run of what is known; what ran already may not have changed since. */
export function pending(known: Migration[], applied: { name: string; sha256: string }[]): Migration[] {
  const before = new Map(applied.map(({ name, sha256 }) => [name, sha256]))
  for (const { name, sha256 } of known) {
    const ran = before.get(name)
    if (ran !== undefined && ran !== sha256)
      throw new Error(`${name} was changed after it had been run: put it back, and write a new one`)
  }
  return known.filter(({ name }) => !before.has(name))
}
