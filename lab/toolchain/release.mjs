import { createHash } from 'node:crypto'
import { chmodSync, createReadStream, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { run } from './run.mjs'
import { SetupError } from './setup-error.mjs'

/**
 * Fetches a tool's official release into a folder, after its sum was found right.
 * @param {import('./tools.mjs').Tool} tool
 * @param {string} folder
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 */
export async function fetchRelease(tool, folder, { log, say }) {
  const scratch = join(folder, 'download')
  mkdirSync(scratch)
  try {
    const archive = await verifiedArchive(tool.release, scratch, { log, say })
    await run('tar', ['-xzf', archive, '-C', scratch, '--no-same-owner'], { log })
    for (const name of [tool.program, ...tool.companions]) {
      renameSync(join(scratch, tool.release.folder, name), join(folder, name))
      chmodSync(join(folder, name), 0o755)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/**
 * @param {import('./tools.mjs').Release} release
 * @param {string} folder
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 */
async function verifiedArchive(release, folder, { log, say }) {
  const name = basename(release.archive)
  const sums = join(folder, 'sums')
  const file = join(folder, 'archive.tar.gz')
  // The small file first: where the network is closed, this says so within seconds.
  await download(release.sums, sums, { log, say })
  const expected = sumOf(name, readFileSync(sums, 'utf8'), release.algorithm)
  if (!expected) throw new Error(`${release.sums} has no ${release.algorithm} sum of ${name}`)
  await download(release.archive, file, { log, say })
  const hash = createHash(release.algorithm)
  await pipeline(createReadStream(file), hash)
  const found = hash.digest('hex')
  if (found === expected) return file
  throw new SetupError(`${name} is not what its publisher made`, {
    why: `its ${release.algorithm} is ${found.slice(0, 16)}…, its publisher says ${expected.slice(0, 16)}…`,
    fix: 'find out what changes downloads on this network; do not use that file',
  })
}

/**
 * Finds a file's sum in `sha256sum`'s format, or in GitHub's description of a release.
 * @param {string} name
 * @param {string} text
 * @param {string} algorithm
 * @returns {string | undefined}
 */
export function sumOf(name, text, algorithm) {
  if (text.trimStart().startsWith('{')) {
    /** @type {{ assets?: { name: string, digest?: string | null }[] }} */
    const { assets } = JSON.parse(text)
    const digest = assets?.find((asset) => asset.name === name)?.digest
    return digest?.startsWith(`${algorithm}:`) ? digest.slice(algorithm.length + 1) : undefined
  }
  for (const line of text.split('\n')) {
    const [sum, file] = line.trim().split(/\s+\*?/)
    if (file === name) return sum
  }
  return undefined
}

/**
 * curl, because it knows the machine's proxies and certificates.
 * @param {string} url
 * @param {string} file
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 */
async function download(url, file, { log, say }) {
  say(`download ${basename(url)}`)
  // file: is for mirrors on a disk; a redirect may never lead there, nor to plain http.
  const only = ['--proto', '=https,file', '--proto-redir', '=https', '--location', '--fail']
  const bounds = ['--connect-timeout', '3', '--speed-limit', '1000', '--speed-time', '20']
  await run('curl', ['--silent', '--show-error', ...only, ...bounds, '--output', file, url], { log })
}
