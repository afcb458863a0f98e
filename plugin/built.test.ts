import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { built } from './built.ts'

async function project() {
  const root = await mkdtemp(join(tmpdir(), 'shoestring-built-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await writeFile(join(root, 'main.ts'), "import { word } from './word.ts'\nconsole.log(word)\n")
  await writeFile(join(root, 'word.ts'), "export const word = 'first'\n")
  const build = async (recipe = ''): Promise<string> => {
    const options: BuildOptions = {
      bundle: true,
      entryPoints: [join(root, 'main.ts')],
      outdir: root,
      logLevel: 'silent',
    }
    const [output] = await built(root, options, recipe)
    return Buffer.from(output?.contents ?? []).toString()
  }
  const cache = join(root, 'node_modules/.cache/shoestring')
  const keptAs = async (): Promise<string[]> => (await readdir(cache)).map((name) => join(cache, name))
  /** Puts a mark into what is kept, to be told from what is built. */
  const mark = async (): Promise<void> => {
    for (const path of await keptAs()) {
      const kept = JSON.parse(await readFile(path, 'utf8')) as { made: Record<string, string> }
      for (const output of Object.keys(kept.made)) kept.made[output] = Buffer.from('kept').toString('base64')
      await writeFile(path, JSON.stringify(kept))
    }
  }
  return { root, build, keptAs, mark }
}

test('what has not changed is not built again', async () => {
  const { build, mark } = await project()
  expect(await build()).toContain('first')
  await mark()
  expect(await build()).toBe('kept')
})

test('whatever it was made of is built again once it is different, or gone', async () => {
  const { root, build, mark } = await project()
  await build()
  await mark()
  await writeFile(join(root, 'word.ts'), "export const word = 'other'\n")
  expect(await build()).toContain('other')
  await mark()
  expect(await build('another lockfile')).toContain('other')
  await rm(join(root, 'word.ts'))
  await expect(build()).rejects.toThrow('Could not resolve "./word.ts"')
})

test('half of what is kept, and a folder that is not ours to write to, cost time only', async () => {
  const { root, build, keptAs } = await project()
  await build()
  const [path = ''] = await keptAs()
  await writeFile(path, '{"read":')
  expect(await build()).toContain('first')
  await rm(join(root, 'node_modules'), { recursive: true })
  await writeFile(join(root, 'node_modules'), 'a file in the way')
  await chmod(join(root, 'node_modules'), 0o400)
  expect(await build()).toContain('first')
})
