import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { makeCommonPasswords } from './common-passwords-file.ts'
import { prepareDatabase, serviceRole } from './databases.ts'
import { startPostgres } from './embedded-postgres.ts'

// `npm run dev`: the service on a Postgres of its own, without root; mails are printed, a changed file restarts it.
// `npm run dev -- admin add you@example.com`: the commands of a host, on the same database.

const app = join(import.meta.dirname, '..')
const folder = join(app, '..', '.shoestring', 'dev')
const database = 'accounts'

const args = process.argv.slice(2)
const env = {
  ...process.env,
  NODE_ENV: 'development',
  PGHOST: folder,
  PGDATABASE: database,
  LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
}

async function develop(): Promise<number> {
  const cluster = await startPostgres(folder)
  try {
    await Promise.all([prepareDatabase(cluster.host, database), makeCommonPasswords()])
    process.stderr.write('\n  app    http://app.localhost:3000\n  admin  http://admin.localhost:3001\n\n')
    process.stderr.write('  Mails are printed here. Ctrl+C ends it; what was written stays.\n')
    return await run(['--watch', '--watch-preserve-output', join(app, 'server.ts')], {
      ...env,
      PGUSER: serviceRole,
    })
  } finally {
    await cluster.stop()
  }
}

function run(words: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, words, { env: environment, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGTERM'))
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 0)))
}

process.exitCode = await (args.length === 0
  ? develop()
  : run([join(app, 'commands/main.ts'), ...args], { ...env, PGUSER: 'postgres' }))
