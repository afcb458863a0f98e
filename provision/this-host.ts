import { lstat, mkdir, open, readFile, readdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { $ as zx } from 'zx/core'
import { runMark } from './earlier-run.ts'
import { readAccounts } from './facts/accounts.ts'
import type { Host } from './host.ts'

// Longer than the slowest honest command (apt on a slow mirror), so that a hanging one ends with a reason.
const commandTimeout = '900s'

export const thisHost: Host = {
  name: hostname(),
  $: zx({
    quiet: true,
    timeout: commandTimeout,
    stdio: ['ignore', 'pipe', 'pipe'],
    // What tools print is parsed and shown: in English, in UTC, and with root's own folders on the path.
    env: {
      ...process.env,
      // By this, the next run knows what a killed one has left running.
      [runMark]: String(process.pid),
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      // apt and needrestart ask nobody; services with replaced libraries restart by themselves.
      DEBIAN_FRONTEND: 'noninteractive',
      NEEDRESTART_MODE: 'a',
      SYSTEMD_COLORS: '0',
      SYSTEMD_PAGER: '',
    },
  }),
  read: (path) => orAbsent(readFile(path, 'utf8')),
  list: async (path) => (await orAbsent(readdir(path))) ?? [],
  link: async (path) => {
    const found = await orAbsent(lstat(path))
    return found?.isSymbolicLink() ? readlink(path) : undefined
  },
  async write(path, content, access) {
    const { users, groups } = await readAccounts(this)
    const owner = users.get(access.owner)?.id
    const group = groups.get(access.group)?.id
    if (owner === undefined || group === undefined) {
      throw new Error(`${path} is to belong to ${access.owner}:${access.group}, which this host doesn't have`)
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o755 })
    await replace(path, async (fresh) => {
      // Closed to others from its first byte, because it may hold a secret.
      const file = await open(fresh, 'wx', 0o600)
      try {
        await file.writeFile(content)
        await file.chown(owner, group)
        await file.chmod(access.mode)
        // Without it a power cut right after the rename can leave an empty file.
        await file.sync()
      } finally {
        await file.close()
      }
    })
  },
  async relink(path, target) {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 })
    await replace(path, (fresh) => symlink(target, fresh))
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
}

async function replace(path: string, make: (fresh: string) => Promise<void>): Promise<void> {
  // Always of the same name, so that what a killed run has left is gone with the next one.
  const fresh = `${path}.new`
  try {
    // Whoever owns the folder may have put something there; whatever is there by then is not written through.
    await rm(fresh, { recursive: true, force: true })
    await make(fresh)
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

async function orAbsent<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading
  } catch (error) {
    // ENOTDIR: a parent of the path is a file, so the path doesn't exist either.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined
    }
    throw error
  }
}
