import { rmSync } from 'node:fs'
import { buildApp } from './app.ts'
import { connect } from './database.ts'
import { readSettings } from './settings.ts'

// Shorter than systemd's patience, so that the end is ours and is logged.
const drainTimeoutMs = 15_000

const settings = readSettings(process.env)
const db = connect(settings.database)
const { listen, version, release } = settings
const app = buildApp({
  db,
  running: { version, release, since: new Date() },
  logger: { level: process.env['LOG_LEVEL'] ?? 'info' },
  behindProxy: 'path' in listen,
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void drain(signal))

// A socket file that outlived its process would be taken for a running server.
if ('path' in listen) rmSync(listen.path, { force: true })
await app.listen(listen)

/** Takes no new requests, ends those it has begun, and only then lets go of the database. */
async function drain(signal: string): Promise<void> {
  app.log.info(`${signal}: ending what has begun`)
  setTimeout(() => {
    app.log.error(`requests still open after ${drainTimeoutMs / 1000} s are cut off`)
    process.exit(1)
  }, drainTimeoutMs).unref()
  await app.close()
  await db.end({ timeout: 5 })
}
