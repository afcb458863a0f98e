import postgres from 'postgres'
import { dialect } from '../database/connect.ts'
import { migrate } from '../database/migrate.ts'

export const owner = 'accounts_owner'
export const serviceRole = 'app'

/** Makes the two roles and one database with its tables, as provision does on a host. */
export async function prepareDatabase(host: string, name: string): Promise<void> {
  const cluster = postgres({ host, user: 'postgres', database: 'postgres', max: 1, ...dialect })
  try {
    for (const [role, login] of [
      [owner, 'nologin'],
      [serviceRole, 'login'],
    ] as const) {
      const [found] = await cluster`select from pg_roles where rolname = ${role}`
      if (!found) await cluster.unsafe(`create role ${role} ${login}`)
    }
    const [found] = await cluster`select from pg_database where datname = ${name}`
    if (!found) await cluster.unsafe(`create database ${name} owner ${owner}`)
  } finally {
    await cluster.end()
  }
  const db = asOwner(host, name)
  try {
    await db.unsafe(`alter default privileges for role ${owner} grant select, insert, update, delete on tables to ${serviceRole};
      alter default privileges for role ${owner} grant usage on sequences to ${serviceRole}`)
    await migrate(db)
  } finally {
    await db.end()
  }
}

/** A connection that may do everything in one database, as the role that owns its tables. */
export function asOwner(host: string, database: string): postgres.Sql {
  return postgres({
    host,
    database,
    user: 'postgres',
    max: 1,
    connection: { role: owner },
    ...dialect,
  })
}
