import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Templates } from '../provision/desired.ts'
import { repository } from './toolchain.ts'

/** Template texts by the path of the file they become on the host. */
export async function readTemplates(): Promise<Templates> {
  const root = join(repository, 'templates')
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(
    files.map(
      async (file) =>
        [`/${relative(root, file).replace(/\.tmpl$/, '')}`, await readFile(file, 'utf8')] as const,
    ),
  )
  return {
    ...Object.fromEntries(texts),
    // At the top of the repository, because it is the one that people change.
    '/etc/caddy/Caddyfile': await readFile(join(repository, 'Caddyfile.tmpl'), 'utf8'),
  }
}
