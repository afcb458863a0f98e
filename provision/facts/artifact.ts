import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile, mkdir, rename, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Artifact } from '../desired.ts'
import { OperatorError } from '../errors.ts'
import { rootFile, type Host } from '../host.ts'

/** A program that came as an artifact: `/opt/shoestring/caddy/<sha256>/caddy`, with `current` leading to its folder. */
export interface Installed {
  /** The sha256 that `current` leads to. */
  current: string | undefined
  /** The sha256 of every version whose file is the one that was put there. */
  intact: string[]
  /** What else lies in the folder: other versions, and installations that died halfway. */
  folders: string[]
}

export const notInstalled: Installed = { current: undefined, intact: [], folders: [] }

const folderOf = (name: string) => `/opt/shoestring/${name}`
/** Where the running version's program is. */
export const programOf = ({ name, sha256 }: Artifact): string => `${folderOf(name)}/${sha256}/${name}`

export async function readInstalled(host: Host, name: string): Promise<Installed> {
  const folder = folderOf(name)
  const [current, names] = await Promise.all([host.link(`${folder}/current`), host.list(folder)])
  const folders = names.filter((entry) => entry !== 'current')
  const intact = await Promise.all(
    folders.map(async (sha256) => {
      // Hashing 50 MB takes 200 ms; a file with the size and time that were noted after hashing is that file.
      const [noted, seen] = await Promise.all([
        host.read(`${folder}/${sha256}/noted`),
        mark(`${folder}/${sha256}/${name}`),
      ])
      return noted !== undefined && noted === seen ? [sha256] : []
    }),
  )
  return { current, intact: intact.flat(), folders }
}

/** Checks the bytes that the plugin sent, and puts them where programs are. */
export async function install(host: Host, { name, sha256, version }: Artifact): Promise<void> {
  const source = `/var/cache/shoestring/${sha256}`
  const found = await hashOf(source)
  if (found !== sha256) {
    throw new OperatorError(`${name} ${version} is not what was pinned`, {
      why: found ? `${source} has sha256 ${found}` : `${source} isn't there`,
      fix: `remove ${source} on the host and run pulumi up again, which sends it anew`,
    })
  }
  const [folder, fresh] = [`${folderOf(name)}/${sha256}`, `${folderOf(name)}/${sha256}.new`]
  await Promise.all([host.remove(folder), host.remove(fresh)])
  await mkdir(fresh, { recursive: true, mode: 0o755 })
  await copyFile(source, `${fresh}/${name}`)
  await chmod(`${fresh}/${name}`, 0o755)
  const noted = await mark(`${fresh}/${name}`)
  await host.write(`${fresh}/noted`, noted ?? '', rootFile)
  await rename(fresh, folder)
}

export async function use(host: Host, { name, sha256 }: Artifact): Promise<void> {
  await host.relink(`${folderOf(name)}/current`, sha256)
}

export async function discard(host: Host, name: string, folder: string): Promise<void> {
  await host.remove(`${folderOf(name)}/${folder}`)
}

async function mark(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found && `${found.size} ${found.mtimeMs} ${found.mode.toString(8)} ${found.uid}`
}

async function hashOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch {
    return undefined
  }
  return hash.digest('hex')
}
