import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOnPath, versionOf } from './on-path.mjs'
import { run } from './run.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

/**
 * The folder of a program's go.mod and go.sum: what is built is decided there.
 * @param {import('./tools.mjs').GoSource} source
 */
export function sourceFiles(source) {
  return ['go.mod', 'go.sum'].map((name) => readFileSync(join(here, source.module, name), 'utf8'))
}

/**
 * Builds a tool's programs into a folder. go checks every module against the committed go.sum.
 * @param {Pick<import('./tools.mjs').Tool, 'sources'>} tool
 * @param {string} folder
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 */
export async function buildFromSource({ sources }, folder, { log, say }) {
  const go = await findGo()
  // Inside the folder, so that what a killed build leaves is swept with it.
  const scratch = join(folder, 'scratch')
  mkdirSync(scratch)
  for (const source of sources) {
    say(`go build ${source.package.split('/').at(-1)}`)
    await run(
      go,
      [
        'build',
        '-mod=readonly',
        '-trimpath',
        '-v',
        '-ldflags',
        source.ldflags,
        '-o',
        `${folder}/`,
        source.package,
      ],
      {
        cwd: join(here, source.module),
        env: { ...process.env, ...goEnvironment, ...source.env, GOTMPDIR: scratch },
        log,
        tie: 'whole',
        // Only package names are worth a look; warnings are in the log.
        say: (line) => say(`go build ${source.package.split('/').at(-1)}: ${line}`),
      },
    )
  }
  rmSync(scratch, { recursive: true })
}

// A Go since 1.21 fetches the Go that a go.mod asks for; Debian's own is told not to.
const goEnvironment = { GOTOOLCHAIN: process.env['GOTOOLCHAIN'] ?? 'auto', GOWORK: 'off' }
const oldestThatFetches = 21

/** @returns {Promise<string>} */
async function findGo() {
  const found = [...goFolders()].map((folder) => findOnPath('go', folder)).find((go) => go !== undefined)
  if (!found) throw new Error('there is no Go on PATH')
  const version = await versionOf(found, ['version'])
  if (Number(version?.split('.')[1]) >= oldestThatFetches) return found
  throw new Error(
    `${found} is Go ${version ?? 'of an unknown version'}; 1.${oldestThatFetches} is the oldest that works`,
  )
}

/** PATH, then where Go's own installer and Debian's versioned packages put it. */
function* goFolders() {
  yield process.env['PATH'] ?? ''
  yield '/usr/local/go/bin'
  try {
    const versioned = readdirSync('/usr/lib').filter((name) => /^go-1\.\d+$/.test(name))
    // oxlint-disable-next-line unicorn/no-array-sort -- Node 18 has no toSorted
    const newestFirst = [...versioned].sort((a, b) => Number(b.slice(5)) - Number(a.slice(5)))
    yield* newestFirst.map((name) => `/usr/lib/${name}/bin`)
  } catch {
    // No /usr/lib: no Debian, no packages.
  }
}
