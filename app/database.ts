import { userInfo } from 'node:os'
import postgres from 'postgres'
import type { Settings } from './settings.ts'

export type Db = postgres.Sql

/** Connections are made when first needed, so that the app starts while Postgres still does. */
export function connect({ host, name, user = userInfo().username }: Settings['database']): Db {
  return postgres({
    host,
    database: name,
    user,
    // Two releases run side by side during a cut-over, and Postgres has 30 connections for all.
    max: 8,
    connect_timeout: 3,
    idle_timeout: 300,
    // No pause that grows with each failure: /healthz is to see a database as soon as it is back.
    backoff: () => 0.2,
    onnotice: () => {},
  })
}
