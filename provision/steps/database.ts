import { psql, readDatabases, type ObservedDatabases } from '../facts/postgres.ts'
import type { Host } from '../host.ts'
import { change, type Change, type Step } from '../step.ts'

/** The app's role and the database that it owns; nobody else may connect. Databases are never removed. */
export function database(desired: { database: string; role: string }): Step<ObservedDatabases> {
  const { database: name, role } = desired
  const createRole = change(`create role ${role}`, (host) => ask(host, `create role ${quoted(role)} login`))
  const createDatabase = change(`create database ${name}`, (host) =>
    ask(
      host,
      `create database ${quoted(name)} owner ${quoted(role)} template template0 encoding 'UTF8' locale 'C.UTF-8'`,
    ),
  )
  const close = change(`close database ${name} to other roles`, (host) =>
    ask(host, `revoke all on database ${quoted(name)} from public`),
  )
  const bare: Change[] = [createRole, createDatabase, close]
  return {
    name: 'database',
    bare: 'absent',
    observe: readDatabases,
    plan(observed) {
      if (observed === 'absent') return bare
      // It answers as soon as the step before has started it; what it holds can't be known earlier.
      if (observed === 'silent') return [change('wait until Postgres answers', answer)]
      const found = observed.databases[name]
      return [
        ...(observed.roles.includes(role) ? [] : [createRole]),
        ...(found ? [] : [createDatabase]),
        ...(found && found.owner !== role
          ? [
              change(`give database ${name} to role ${role}, was ${found.owner}'s`, (host) =>
                ask(host, `alter database ${quoted(name)} owner to ${quoted(role)}`),
              ),
            ]
          : []),
        ...(found && !found.open ? [] : [close]),
      ]
    },
  }
}

async function answer(host: Host): Promise<void> {
  await ask(host, 'select 1')
}

async function ask({ $ }: Host, sql: string): Promise<void> {
  await $`${psql(sql)}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
