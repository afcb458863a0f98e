import type { DesiredRelease } from '../desired.ts'
import { OperatorError, reasonOf } from '../errors.ts'
import { psql } from '../facts/postgres.ts'
import type { Host } from '../host.ts'
import { change, type Change } from '../step.ts'
import { releasesFolder } from './folder.ts'

export const databaseOf = ({ settings }: DesiredRelease): string => settings['PGDATABASE'] ?? 'accounts'

/** What the database has seen; nothing where there is none yet. */
export async function readMigrated(host: Host, database: string): Promise<string[]> {
  const { exitCode, stdout } = await host.$({
    nothrow: true,
  })`${psql('select name from migrations order by name', database)}`
  return exitCode === 0 ? stdout.split('\n').filter(Boolean) : []
}

/** Brings the tables up to the release before it starts; never back, so that an older release meets newer tables. */
export function planMigrations(desired: DesiredRelease, migrated: string[]): Change[] {
  const missing = Object.keys(desired.files)
    .flatMap((path) => /^migrations\/(.+)\.sql$/.exec(path)?.[1] ?? [])
    .filter((name) => !migrated.includes(`${name}.sql`))
    .toSorted()
  return missing.length === 0
    ? []
    : [change(`migrate the database: ${missing.join(', ')}`, (host) => migrate(host, desired))]
}

async function migrate({ $ }: Host, desired: DesiredRelease): Promise<void> {
  const database = databaseOf(desired)
  const commands = `${releasesFolder}/${desired.hash}/commands.mjs`
  try {
    await $`env PGDATABASE=${database} ${process.execPath} ${commands} migrate`
  } catch (cause) {
    throw new OperatorError(`the tables of ${database} could not be brought up to ${desired.version}`, {
      why: reasonOf(cause),
      fix: 'each migration is whole or not there at all, and the release before goes on serving; correct it and run pulumi up again',
      cause,
    })
  }
}
