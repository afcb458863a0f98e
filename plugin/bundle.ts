import { readdir, readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'
import { makeCommonPasswords } from '../app/development/common-passwords-file.ts'
import { built } from './built.ts'
import { once } from './once.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The code that provisions a host, as one CommonJS file: `exports.serve`, `exports.planBare`. */
export const bundleProvision = once(() => bundle({ entry: 'provision/main.ts', format: 'cjs' }))

/**
 * The app's release by path: `server.mjs` and what it loads, `commands.mjs` for whoever is on the host, the files that
 * they read, and the static site under `www/`.
 */
export const bundleApp = once(async (): Promise<Record<string, Uint8Array>> => {
  const [code, www, migrations, ...contents] = await Promise.all([
    bundleEntries({ server: 'app/server.ts', commands: 'app/commands/main.ts' }),
    readTree(join(root, 'app/www')),
    readTree(join(root, 'app/database/migrations')),
    ...beside.map((path) => readFile(join(root, path))),
    makeCommonPasswords().then((path) => readFile(path)),
  ])
  const files = [...beside, 'common-passwords.bloom'].map((path, index): [string, Uint8Array] => [
    basename(path),
    contents[index] ?? new Uint8Array(),
  ])
  return { ...code, ...Object.fromEntries(files), ...under('migrations', migrations), ...under('www', www) }
})

/** What the app reads: in a release these lie beside the bundle, as they lie beside the code that reads them. */
const beside = [
  'app/pages/style.css',
  'app/pages/admin.css',
  'app/pages/pages.js',
  'app/pages/passkeys.js',
  'app/pages/icon.svg',
  'app/http/openapi-app.json',
  'app/http/openapi-admin.json',
]

const under = (folder: string, files: Record<string, Uint8Array>): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${folder}/${path}`, bytes]))

const common = {
  bundle: true,
  platform: 'node',
  target: 'node26',
  // Names stay readable in a stack trace; the size is that of packages anyway.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions

/**
 * Node's own modules are required, not imported: an `import` of one reads all that it exports, among which are getters
 * that load a WebSocket client and more. What serves TLS waits until it is used, behind Unix sockets never. An idle
 * service takes 6 MB less by both, measured with Node 26.10.
 */
const requireBuiltins: Plugin = {
  name: 'require builtins',
  setup(esbuild) {
    const namespace = 'builtin'
    const forTls = /^(node:)?(tls|https|http2)$/
    esbuild.onResolve({ filter: /^[a-z]/ }, ({ path, kind, namespace: from }) => {
      if (!isBuiltin(path)) return undefined
      const wrapped = from !== namespace && (kind === 'import-statement' || forTls.test(path))
      return wrapped ? { path, namespace } : { path, external: true }
    })
    esbuild.onLoad({ filter: /./, namespace }, ({ path }) => {
      const required = `require(${JSON.stringify(path)})`
      // As a prototype, because that is what esbuild takes over of a module whose exports it can't list.
      const late = `Object.create(new Proxy({}, { get: (_, name) => ${required}[name] }))`
      return { contents: `module.exports = ${forTls.test(path) ? late : required}` }
    })
  },
}

/** What decides on a bundle beside the files that go into it: where packages come from, and what stands here. */
const recipe = once(async () => {
  const paths = [join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]
  return (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('\n')
})

async function bundle({ entry, format }: { entry: string; format: 'cjs' }): Promise<string> {
  const [file] = await built(root, { ...common, entryPoints: [join(root, entry)], format }, await recipe())
  if (!file) throw new Error(`esbuild made nothing of ${entry}`)
  return Buffer.from(file.contents).toString()
}

/** ES modules that share what they share, and load the rest when it is first needed. */
export async function bundleEntries(entries: Record<string, string>): Promise<Record<string, Uint8Array>> {
  const options: BuildOptions = {
    ...common,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    format: 'esm',
    splitting: true,
    outdir: root,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]',
    plugins: [requireBuiltins],
    // Machine code of a package, loaded as the file that it is.
    loader: { '.node': 'copy' },
    // Packages in CommonJS call require, which a module doesn't have.
    banner: {
      js: "import{createRequire as shoestringRequire}from'node:module';const require=shoestringRequire(import.meta.url);",
    },
  }
  const outputFiles = await built(root, options, await recipe())
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [relative(root, path), contents]))
}

async function readTree(folder: string): Promise<Record<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const files = await Promise.all(
    paths.toSorted().map(async (path) => [relative(folder, path), await readFile(path)] as const),
  )
  return Object.fromEntries(files)
}
