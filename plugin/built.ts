import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build, version, type BuildOptions } from 'esbuild'

export interface Output {
  /** Absolute. */
  path: string
  contents: Uint8Array
}

/** A build as it is kept: what it read, by the SHA-256 of each file, and what it made of that, in base64. */
interface Kept {
  read: Record<string, string>
  made: Record<string, string>
}

/**
 * What esbuild makes of a repository's files, kept beside its packages: to build what has not changed is a quarter of
 * the processor time of a preview. What was read is compared by content, for a stale build would deploy old code.
 */
export async function built(root: string, options: BuildOptions, recipe: string): Promise<Output[]> {
  const named = hash('sha256', [version, JSON.stringify(options), recipe].join('\n'))
  const path = join(root, 'node_modules/.cache/shoestring', `${named.slice(0, 16)}.json`)
  const kept = await readKept(path)
  if (kept && Object.entries(kept.read).every(([file, sum]) => sumOf(join(root, file)) === sum))
    return Object.entries(kept.made).map(([output, text]) => ({
      path: output,
      contents: Buffer.from(text, 'base64'),
    }))
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: root,
    write: false,
    metafile: true,
  })
  // Those with a namespace are made up and no files.
  const read = Object.keys(metafile.inputs).filter((input) => !/^[\w-]+:/.test(input))
  await keep(path, {
    read: Object.fromEntries(read.map((file) => [file, sumOf(join(root, file)) ?? ''])),
    made: Object.fromEntries(
      outputFiles.map(({ path: output, contents }) => [output, Buffer.from(contents).toString('base64')]),
    ),
  })
  return outputFiles
}

async function readKept(path: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Kept
  } catch {
    // None yet, or half of one after a power cut: it is made anew.
    return undefined
  }
}

/** Whole or not at all; a folder that can't be written to costs time and nothing else. */
async function keep(path: string, kept: Kept): Promise<void> {
  const half = `${path}.${process.pid}`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(half, JSON.stringify(kept))
    await rename(half, path)
  } catch {}
}

function sumOf(path: string): string | undefined {
  try {
    return hash('sha256', readFileSync(path))
  } catch {
    return undefined
  }
}
