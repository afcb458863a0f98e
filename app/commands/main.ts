import { parseArgs } from 'node:util'
import type { Db } from '../database/connect.ts'
import { readSettings } from '../settings.ts'
import { told } from './command-error.ts'
import { connectAsOwner } from './connect-as-owner.ts'

const usage = `commands VERB

  admin add EMAIL     make an admin; prints a link that lets them choose a
                      password within the hour, and is mailed to nobody
  migrate             bring the tables up to this release
  import-django FROM [--dry-run]
                      take over the users of the playbook's Django template;
                      FROM is postgres://… or a database on the same server

  PGHOST, PGDATABASE and PGUSER say which Postgres; root needs none of them.
  Exit code 0 done, 1 not done, 2 not understood.
`

type Verb = (db: Db) => Promise<void>

/** What was asked for, if it can be understood. */
function verbOf(args: string[]): Verb | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  })
  const [name, first, second, ...more] = positionals
  const dryRun = values['dry-run']
  if (more.length > 0) return undefined
  if (name === 'admin' && first === 'add' && second !== undefined && !dryRun) return (db) => admin(db, second)
  if (name === 'migrate' && first === undefined && !dryRun) return migrateTables
  if (name === 'import-django' && first !== undefined && second === undefined)
    return (db) => importUsers(db, first, dryRun)
  return undefined
}

async function admin(db: Db, email: string): Promise<void> {
  const { addAdmin } = await import('./add-admin.ts')
  // Nothing is sealed or opened here: the secret is not needed, nor to be had outside of the service.
  const { origins } = readSettings({ ...process.env, NODE_ENV: 'development' })
  const { created, link } = await addAdmin(db, email, origins.admin)
  process.stderr.write(`✓ ${email} is an admin${created ? ', with a new account' : ''}\n\n`)
  process.stderr.write('  Choose a password here within the hour; a second factor is asked for next:\n\n')
  process.stdout.write(`${link}\n`)
}

async function migrateTables(db: Db): Promise<void> {
  const { migrate } = await import('../database/migrate.ts')
  const ran = await migrate(db)
  process.stdout.write(ran.map((name) => `${name}\n`).join(''))
  process.stderr.write(ran.length > 0 ? `✓ ${ran.length} migrations were run\n` : '✓ nothing to do\n')
}

async function importUsers(db: Db, source: string, dryRun: boolean): Promise<void> {
  const { importDjango } = await import('./django/import-django.ts')
  process.stdout.write(await importDjango(db, source, { dryRun, env: process.env }))
}

async function main(args: string[]): Promise<number> {
  let verb: Verb | undefined
  try {
    verb = verbOf(args)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n`)
  }
  if (!verb) {
    process.stderr.write(usage)
    return 2
  }
  try {
    const db = await connectAsOwner(process.env)
    try {
      await verb(db)
      return 0
    } finally {
      await db.end({ timeout: 5 })
    }
  } catch (error) {
    process.stderr.write(told(error))
    return 1
  }
}

process.exitCode = await main(process.argv.slice(2))
