import { lstat } from 'node:fs/promises'

/** The mode of each path, setuid and setgid bits included; paths where nothing or a link stands are left out. */
export async function readModes(paths: string[]): Promise<Record<string, number>> {
  const found = await Promise.all(
    paths.map(async (path): Promise<[string, number][]> => {
      const stat = await lstat(path).catch(() => undefined)
      return stat && !stat.isSymbolicLink() ? [[path, stat.mode & 0o7777]] : []
    }),
  )
  return Object.fromEntries(found.flat())
}
