import postgres from 'postgres'
import { dialect, type Db } from '../database/connect.ts'
import { CommandError } from './command-error.ts'
import { asSocketUser } from './socket-user.ts'

const connectTimeoutSeconds = 5

/** One connection that may do what the owner of the database may; on a host, root comes in as Postgres's own user. */
export async function connectAsOwner(env: NodeJS.ProcessEnv): Promise<Db> {
  const { PGHOST: host = '/run/postgresql', PGDATABASE: database = 'accounts', PGUSER: user } = env
  const db = postgres({
    host,
    database,
    user: user ?? 'postgres',
    max: 1,
    connect_timeout: connectTimeoutSeconds,
    ...dialect,
  })
  try {
    const [{ owner }] = await asSocketUser(
      env,
      async () => db<[{ owner: string }]>`
        select pg_get_userbyid(datdba) as owner from pg_database where datname = current_database()`,
    )
    await db`select set_config('role', ${owner}, false)`
    return db
  } catch (cause) {
    await db.end({ timeout: 0 })
    throw new CommandError(`database ${database} can not be worked with`, {
      why: (cause as Error).message,
      fix: `look at PGHOST (${host}), PGDATABASE and PGUSER${process.geteuid?.() === 0 ? '' : ', or run this as root'}`,
      cause,
    })
  }
}
