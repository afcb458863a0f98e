import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { repository } from '../paths.ts'

/** What a bundle was made of, with the time of each file's last change. */
type Inputs = Record<string, number>

/**
 * Makes one file of a program and all that it imports: the engine starts it anew for every command, and reading three
 * hundred small files is more than half of its start. Does nothing again until one of them changes.
 */
export async function bundled(entry: string, file: string): Promise<void> {
  const list = `${file}.inputs.json`
  const known = JSON.parse(await readFile(list, 'utf8').catch(() => '{}')) as Inputs
  const paths = Object.keys(known)
  const now = await changeTimes(paths)
  if (paths.length > 0 && paths.every((path) => known[path] === now[path])) return
  const { metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: repository,
    outfile: `${file}.new`,
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    logLevel: 'silent',
    // Packages in CommonJS call require and ask for their folder, which a module doesn't have.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url), __dirname = import.meta.dirname;",
    },
  })
  await rename(`${file}.new`, file)
  await writeFile(`${list}.new`, JSON.stringify(await changeTimes(Object.keys(metafile.inputs))))
  await rename(`${list}.new`, list)
}

async function changeTimes(paths: string[]): Promise<Inputs> {
  const times = paths.map(async (path) => {
    const found = await stat(join(repository, path)).catch(() => undefined)
    return [path, found?.mtimeMs ?? 0] as const
  })
  return Object.fromEntries(await Promise.all(times))
}
