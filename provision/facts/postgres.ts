import type { Host } from '../host.ts'

/** The version that Debian 13 brings. */
export const version = '17'
export const cluster = {
  unit: `postgresql@${version}-main.service`,
  config: `/etc/postgresql/${version}/main`,
  data: `/var/lib/postgresql/${version}/main`,
} as const

/** What is inside the cluster. */
export interface Databases {
  /** Roles other than Postgres's own: whether they may sign in, and rights over the whole cluster, `superuser createdb`. */
  roles: Record<string, { login: boolean; powers: string }>
  /** By role, the roles whose rights it has too: `pg_read_server_files`. */
  memberships: Record<string, string[]>
  /** Databases by name. */
  databases: Record<string, { owner: string; encoding: string; open: boolean }>
  /**
   * Who gave whom what: `accounts app d connect` for a database, and in the one that was asked, for the tables and
   * sequences that a role will make, `owner app r INSERT,SELECT`.
   */
  grants: string[]
}

/** `absent`: no cluster was made yet. `silent`: there is one, and it doesn't answer. */
export type ObservedDatabases = Databases | 'absent' | 'silent'

// One line a thing; the last column says whether any role may connect.
const question = `
  select 'role', rolname, rolcanlogin::text, concat_ws(' ',
    case when rolsuper then 'superuser' end, case when rolcreatedb then 'createdb' end,
    case when rolcreaterole then 'createrole' end, case when rolreplication then 'replication' end,
    case when rolbypassrls then 'bypassrls' end), '' from pg_roles where rolname !~ '^(pg_|postgres$)'
  union all
  select 'member', member.rolname, string_agg(taken.rolname, ',' order by taken.rolname), '', ''
  from pg_auth_members join pg_roles member on member.oid = member join pg_roles taken on taken.oid = roleid
  where member.rolname !~ '^(pg_|postgres$)' group by 2
  union all
  select 'database', datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding),
    has_database_privilege('public', oid, 'connect')::text
  from pg_database where not datistemplate
  union all
  select 'grant', pg_get_userbyid(defaclrole), pg_get_userbyid(grantee), string_agg(privilege_type, ',' order by privilege_type), defaclobjtype::text
  from pg_default_acl, aclexplode(defaclacl) where grantee <> defaclrole and grantee <> 0 group by 2, 3, 5
  union all
  select 'grant', datname, rolname, 'connect', 'd' from pg_database, pg_roles
  where not datistemplate and rolname !~ '^(pg_|postgres$)' and has_database_privilege(rolname, pg_database.oid, 'connect')`

export async function readDatabases(host: Host, database: string): Promise<ObservedDatabases> {
  if (!(await host.list(cluster.config)).includes('postgresql.conf')) return 'absent'
  const quiet = host.$({ nothrow: true })
  const inside = await quiet`${psql(question, database)}`
  // Where it isn't there yet, the others can still be told.
  const asked = inside.exitCode === 0 ? inside : await quiet`${psql(question)}`
  return asked.exitCode === 0 ? parseDatabases(asked.stdout) : 'silent'
}

export function parseDatabases(answer: string): Databases {
  const rows = answer
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('|'))
  return {
    roles: Object.fromEntries(
      rows.flatMap(([kind, name = '', login, powers = '']) =>
        kind === 'role' ? [[name, { login: login === 'true', powers }]] : [],
      ),
    ),
    memberships: Object.fromEntries(
      rows.flatMap(([kind, name = '', taken = '']) => (kind === 'member' ? [[name, taken.split(',')]] : [])),
    ),
    grants: rows.flatMap(([kind, owner, role, privileges, object]) =>
      kind === 'grant' ? [`${owner} ${role} ${object} ${privileges}`] : [],
    ),
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
