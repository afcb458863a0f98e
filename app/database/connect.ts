import { userInfo } from 'node:os'
import postgres from 'postgres'
import type { Settings } from '../settings.ts'

export type Db = postgres.Sql
/** The database, or a transaction in it. */
export type Queries = postgres.ISql

/** How all of our own code talks to Postgres: columns in camelCase, and nothing printed. */
export const dialect = {
  onnotice: () => undefined,
  transform: { column: { from: postgres.toCamel } },
}

/** Connections are made when first needed, so that the app starts while Postgres still does. */
export function connect({ host, name, user = userInfo().username }: Settings['database']): Db {
  return postgres({
    host,
    database: name,
    user,
    // Two releases run side by side during a cut-over, and Postgres has 30 connections for all; sessions have their own.
    max: 6,
    connect_timeout: 3,
    idle_timeout: 300,
    // No pause that grows with each failure: /healthz is to see a database as soon as it is back.
    backoff: () => 0.2,
    ...dialect,
  })
}
