import { rmSync } from 'node:fs'
import { openService } from './service.ts'
import { readSettings, sites } from './settings.ts'

// Shorter than systemd's patience, so that the end is ours and is logged.
const drainTimeoutMs = 15_000

const settings = readSettings(process.env)
const service = await openService(settings, { logger: { level: process.env['LOG_LEVEL'] ?? 'info' } })

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void drain(signal))

// A socket file that outlived its process would be taken for a running server.
for (const listen of Object.values(settings.listen))
  if ('path' in listen) rmSync(listen.path, { force: true })
for (const site of sites) await service.sites[site].listen(settings.listen[site])
service.metrics.listen(settings.listen.metrics)

/** Takes no new requests, ends those it has begun, and only then lets go of the database. */
async function drain(signal: string): Promise<void> {
  service.log.info(`${signal}: ending what has begun`)
  setTimeout(() => {
    service.log.error(`requests still open after ${drainTimeoutMs / 1000} s are cut off`)
    process.exit(1)
  }, drainTimeoutMs).unref()
  await service.close()
}
