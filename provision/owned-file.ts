import { lstat } from 'node:fs/promises'
import { readAccounts } from './facts/accounts.ts'
import type { Access, Host } from './host.ts'
import { lineDiff } from './line-diff.ts'
import { change, type Change } from './step.ts'

/** A file that is ours from its first byte to its last. */
export interface OwnedFile extends Access {
  path: string
  content: string
  /** Its own program's opinion of a candidate, before that replaces the file; rejects with the program's words. */
  check?: (host: Host, candidate: string) => Promise<unknown>
  /** Not shown in a plan. */
  secret?: boolean
}

export interface ObservedFile extends Access {
  content: string
  /** When it was last written, in ms since 1970. */
  mtimeMs: number
}

/** What stands at each path; paths where nothing stands are left out. */
export type ObservedFiles = Record<string, ObservedFile>

export async function readFiles(host: Host, paths: string[]): Promise<ObservedFiles> {
  const { users, groups } = await readAccounts(host)
  const found = await Promise.all(
    paths.map(async (path): Promise<[string, ObservedFile][]> => {
      const stat = await lstat(path).catch(() => undefined)
      // A symbolic link or a folder where a file should be is not that file.
      if (!stat?.isFile()) return []
      const content = (await host.read(path)) ?? ''
      const { mtimeMs } = stat
      const [owner, group] = [nameOf(users, stat.uid), nameOf(groups, stat.gid)]
      return [[path, { content, mode: stat.mode & 0o7777, owner, group, mtimeMs }]]
    }),
  )
  return Object.fromEntries(found.flat())
}

function nameOf(known: Map<string, { name: string; id: number }>, id: number): string {
  return known.values().find((entry) => entry.id === id)?.name ?? String(id)
}

/** When those of some files that stand there were written, as a service is compared with what it reads. */
export function written(files: ObservedFiles, paths: readonly string[]): { path: string; mtimeMs: number }[] {
  return paths.flatMap((path) => {
    const file = files[path]
    return file ? [{ path, mtimeMs: file.mtimeMs }] : []
  })
}

/** What makes the files as desired: written whole, checked before they replace the old ones. */
export function planFiles(desired: OwnedFile[], observed: ObservedFiles): Change[] {
  return desired.flatMap((file) => {
    const now = observed[file.path]
    const apply = (host: Host) => writeChecked(host, file)
    if (!now) {
      return [change(`write ${file.path}`, apply, shown(file, lineDiff('', file.content).text))]
    }
    if (now.content !== file.content) {
      const { removed, added, text } = lineDiff(now.content, file.content)
      return [change(`update ${file.path}, -${removed} +${added}`, apply, shown(file, text))]
    }
    if (now.mode !== file.mode || now.owner !== file.owner || now.group !== file.group) {
      return [change(`set ${file.path} to ${rights(file)}, was ${rights(now)}`, apply)]
    }
    return []
  })
}

/** What a plan shows of a file. What was written into it by hand may hold a secret that nobody told us of. */
function shown({ secret = false }: OwnedFile, diff: string): string | undefined {
  return secret
    ? undefined
    : diff
        .replaceAll(
          /((?:passw(?:or)?d|passphrase|secret|token|(?:private|api)_?key)["']?\s*[=:]).*/gi,
          '$1***',
        )
        .replaceAll(/(:\/\/[^\s:@/]*:)[^\s@]+@/g, '$1***@')
}

/** Removes files that were ours and are no longer desired. */
export function planAbsent(paths: string[], observed: ObservedFiles): Change[] {
  return paths.flatMap((path) =>
    observed[path] ? [change(`remove ${path}`, (host) => host.remove(path))] : [],
  )
}

async function writeChecked(host: Host, { path, content, check, ...access }: OwnedFile): Promise<void> {
  if (!check) return host.write(path, content, access)
  const candidate = `${path}.candidate`
  try {
    await host.write(candidate, content, access)
    await check(host, candidate)
  } finally {
    await host.remove(candidate)
  }
  await host.write(path, content, access)
}

export function rights({ owner, group, mode }: Access): string {
  return `${owner}:${group} ${mode.toString(8)}`
}
