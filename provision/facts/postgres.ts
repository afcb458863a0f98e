import type { Host } from '../host.ts'

/** The version that Debian 13 brings. */
export const version = '17'
export const cluster = {
  unit: `postgresql@${version}-main.service`,
  config: `/etc/postgresql/${version}/main`,
} as const

/** What is inside the cluster. */
export interface Databases {
  /** Roles that may sign in, other than Postgres's own. */
  roles: string[]
  /** Databases by name. */
  databases: Record<string, { owner: string; encoding: string; open: boolean }>
}

/** `absent`: no cluster was made yet. `silent`: there is one, and it doesn't answer. */
export type ObservedDatabases = Databases | 'absent' | 'silent'

// One line a thing; the last column says whether any role may connect.
const question = `
  select 'role', rolname, '', '', '' from pg_roles where rolcanlogin and rolname <> 'postgres'
  union all
  select 'database', datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding),
    has_database_privilege('public', oid, 'connect')::text
  from pg_database where not datistemplate`

export async function readDatabases(host: Host): Promise<ObservedDatabases> {
  if (!(await host.list(cluster.config)).includes('postgresql.conf')) return 'absent'
  const asked = await host.$({ nothrow: true })`${psql(question)}`
  return asked.exitCode === 0 ? parseDatabases(asked.stdout) : 'silent'
}

export function parseDatabases(answer: string): Databases {
  const rows = answer
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('|'))
  return {
    roles: rows.flatMap(([kind, name = '']) => (kind === 'role' ? [name] : [])),
    databases: Object.fromEntries(
      rows.flatMap(([kind, name = '', owner = '', encoding = '', open]) =>
        kind === 'database' ? [[name, { owner, encoding, open: open === 'true' }]] : [],
      ),
    ),
  }
}

/** The words of a command that asks the cluster as its owner, over the socket. */
export function psql(sql: string, database = 'postgres'): string[] {
  // The binary of this version itself: Debian's wrapper is a Perl script and takes 60 ms to start.
  const program = `/usr/lib/postgresql/${version}/bin/psql`
  const options = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1']
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', program, ...options].concat(
    `--dbname=${database}`,
    `--host=/run/postgresql`,
    `--command=${sql}`,
  )
}
