import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { once } from './once.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The code that provisions a host, as one CommonJS file: `exports.serve`, `exports.planBare`. */
export const bundleProvision = once(() => bundle({ entry: 'provision/main.ts', format: 'cjs' }))

/** The app's release by path: `server.mjs`, the files that it reads, and the static site under `www/`. */
export const bundleApp = once(async (): Promise<Record<string, Uint8Array>> => {
  const [server, style, icon, www] = await Promise.all([
    bundle({ entry: 'app/server.ts', format: 'esm' }),
    readFile(join(root, 'app/landing/landing.css')),
    readFile(join(root, 'app/landing/icon.svg')),
    readTree(join(root, 'app/www')),
  ])
  return {
    'server.mjs': new TextEncoder().encode(server),
    // Beside the bundle, as it lies beside the code that reads it.
    'landing.css': style,
    'icon.svg': icon,
    'www/icon.svg': icon,
    ...Object.fromEntries(Object.entries(www).map(([path, bytes]) => [`www/${path}`, bytes])),
  }
})

async function bundle({ entry, format }: { entry: string; format: 'cjs' | 'esm' }): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node26',
    format,
    // Names stay readable in a stack trace; the size is zx's and Fastify's anyway.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'silent',
    // Packages in CommonJS call require, which a module doesn't have.
    ...(format === 'esm' && {
      banner: {
        js: "import{createRequire as shoestringRequire}from'node:module';const require=shoestringRequire(import.meta.url);",
      },
    }),
  })
  const [file] = outputFiles
  if (!file) throw new Error(`esbuild made nothing of ${entry}`)
  return file.text
}

async function readTree(folder: string): Promise<Record<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const files = await Promise.all(
    paths.toSorted().map(async (path) => [relative(folder, path), await readFile(path)] as const),
  )
  return Object.fromEntries(files)
}
