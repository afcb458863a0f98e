import { psql, readDatabases, type ObservedDatabases } from '../facts/postgres.ts'
import type { Host } from '../host.ts'
import { change, type Change, type Step } from '../step.ts'

/** A database, who owns what is in it, and who only works with it. */
interface Database {
  database: string
  /** The app's role: reads and writes rows, and can neither change nor drop a table. */
  role: string
  /** What migrations work as; nobody signs in as it. */
  owner: string
}

/** The app's database and its two roles; nobody else may connect. Databases are never removed. */
export function database({ database: name, role, owner }: Database): Step<ObservedDatabases> {
  const [create, own, work] = [quoted(name), quoted(owner), quoted(role)]
  const createOwner = sql(`create role ${owner}, which nobody signs in as`, `create role ${own} nologin`)
  const createRole = sql(`create role ${role}`, `create role ${work} login`)
  const createDatabase = sql(
    `create database ${name}`,
    `create database ${create} owner ${own} template template0 encoding 'UTF8' locale 'C.UTF-8'`,
  )
  const close = sql(
    `close database ${name} to other roles`,
    `revoke all on database ${create} from public; grant connect on database ${create} to ${work}`,
  )
  const grant = change(`let ${role} work with the tables of ${owner}`, (host) =>
    ask(
      host,
      `alter default privileges for role ${own} revoke all on tables from ${work};
       alter default privileges for role ${own} grant select, insert, update, delete on tables to ${work};
       alter default privileges for role ${own} revoke all on sequences from ${work};
       alter default privileges for role ${own} grant usage on sequences to ${work}`,
      name,
    ),
  )
  const granted = [`${owner} ${role} r DELETE,INSERT,SELECT,UPDATE`, `${owner} ${role} S USAGE`]
  return {
    name: 'database',
    bare: 'absent',
    observe: (host) => readDatabases(host, name),
    plan(observed) {
      if (observed === 'absent') return [createOwner, createRole, createDatabase, close, grant]
      // It answers as soon as the step before has started it; what it holds can't be known earlier.
      if (observed === 'silent') return [change('wait until Postgres answers', answer)]
      const { roles, memberships, databases, grants } = observed
      const found = databases[name]
      return [
        ...planRole(roles[owner], createOwner, false, owner),
        ...planRole(roles[role], createRole, true, role),
        ...[owner, role].flatMap((each) => planMemberships(each, memberships[each] ?? [])),
        ...(found ? [] : [createDatabase]),
        ...(found && found.owner !== owner
          ? [
              sql(
                `give database ${name} to role ${owner}, was ${found.owner}'s`,
                `alter database ${create} owner to ${own}`,
              ),
            ]
          : []),
        // Also after its owner has changed, because the one before may have come in as that only.
        ...(found?.owner === owner && !found.open && grants.includes(`${name} ${role} d connect`)
          ? []
          : [close]),
        ...(granted.every((line) => grants.includes(line)) ? [] : [grant]),
      ]
    },
  }
}

function planRole(
  found: { login: boolean; powers: string } | undefined,
  create: Change,
  login: boolean,
  name: string,
): Change[] {
  if (!found) return [create]
  const { powers } = found
  return [
    ...(powers === ''
      ? []
      : [
          sql(
            `take ${powers} from role ${name}`,
            `alter role ${quoted(name)} no${powers.replaceAll(' ', ' no')}`,
          ),
        ]),
    ...(found.login === login
      ? []
      : [
          login
            ? sql(`let role ${name} sign in`, `alter role ${quoted(name)} login`)
            : sql(`keep role ${name} from signing in`, `alter role ${quoted(name)} nologin`),
        ]),
  ]
}

/** Neither role has any right but its own. */
function planMemberships(name: string, taken: string[]): Change[] {
  return taken.map((other) =>
    sql(`take role ${name} out of role ${other}`, `revoke ${quoted(other)} from ${quoted(name)}`),
  )
}

function sql(summary: string, text: string): Change {
  return change(summary, (host) => ask(host, text))
}

async function answer(host: Host): Promise<void> {
  await ask(host, 'select 1')
}

async function ask({ $ }: Host, text: string, inside?: string): Promise<void> {
  // A statement a time: creating a database allows no other beside it.
  for (const statement of text.split(/;\s*/)) await $`${psql(statement, inside)}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
