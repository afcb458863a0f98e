import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { keptPiece, makeOnce } from './cache.mjs'
import { buildFromSource, sourceFiles } from './go-build.mjs'
import { programStamp, toolOnPath, versionOf } from './on-path.mjs'
import { fetchRelease } from './release.mjs'
import { reasonOf, SetupError } from './setup-error.mjs'

/**
 * A tool as the rest of the house finds it. `stamp` tells whether a program on PATH is still the one that was looked at.
 * @typedef {{ path: string, version: string, origin: string, stamp?: string | undefined }} ObtainedTool
 */

/**
 * A tool that is there already: what the last setup found, or what the cache keeps. Nothing is run to find out.
 * @param {import('./tools.mjs').Tool} tool
 * @param {{ cache: string, last: ObtainedTool | undefined }} where
 * @returns {ObtainedTool | undefined}
 */
export function knownTool(tool, { cache, last }) {
  if (
    last?.origin === 'PATH' &&
    tool.fits(last.version) &&
    last.stamp &&
    last.stamp === programStamp(last.path)
  )
    return last
  const kept = keptPiece(cache, pieceKey(tool))
  if (!kept) return undefined
  return { path: join(kept.path, tool.program), version: tool.version, origin: kept.about }
}

/**
 * Gets a tool: from PATH in a fitting version, else the official release, else built from source, else an error that
 * names all three.
 * @param {import('./tools.mjs').Tool} tool
 * @param {{ cache: string, path?: string, log: import('./run.mjs').Log, say: (text: string) => void }} how
 * @returns {Promise<ObtainedTool>}
 */
export async function obtainTool(tool, { cache, path = process.env['PATH'] ?? '', log, say }) {
  const onPath = await toolOnPath(tool, path)
  if (onPath) return { ...onPath, origin: 'PATH', stamp: programStamp(onPath.path) }
  const piece = await makeOnce(
    cache,
    pieceKey(tool),
    async (folder) => {
      const origin = await releaseOrBuild(tool, folder, { log, say })
      const version = await versionOf(join(folder, tool.program), tool.versionArgs)
      if (version !== tool.version) {
        throw new SetupError(`${tool.name} ${tool.version} does not run here`, {
          why: `${origin}, it says its version is ${version ?? 'nothing'}`,
          fix: `install ${tool.name} ${tool.version} by hand and put it on PATH`,
        })
      }
      return origin
    },
    (owner) => say(`waiting for ${owner}, which makes the same`),
  )
  return { path: join(piece.path, tool.program), version: tool.version, origin: piece.about }
}

/**
 * @param {import('./tools.mjs').Tool} tool
 * @param {string} folder
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 */
async function releaseOrBuild(tool, folder, talk) {
  /** @type {unknown} */
  let refusal
  try {
    await fetchRelease(tool, folder, talk)
    return 'official release'
  } catch (error) {
    // A file with a wrong sum is an alarm, not a reason to try something else.
    if (error instanceof SetupError) throw error
    refusal = error
  }
  try {
    await buildFromSource(tool, folder, talk)
    return 'built from source'
  } catch (cause) {
    throw new SetupError(`${tool.name} ${tool.version} could not be had in any of three ways`, {
      why: [
        `PATH: no ${tool.program} in a version that fits`,
        `release: ${reasonOf(refusal).split('\n')[0]}`,
        `build from source: ${reasonOf(cause)}`,
      ].join('\n'),
      fix: [
        `install ${tool.name} ${tool.version} and put it on PATH, or`,
        `let this machine reach ${new URL(tool.release.archive).host} and ${new URL(tool.release.sums).host}, or`,
        'install Go 1.21 or newer (https://go.dev/dl) and let it reach its module proxy',
      ].join('\n'),
      cause,
    })
  }
}

/**
 * By version, machine and content: another go.sum is another tool.
 * @param {import('./tools.mjs').Tool} tool
 */
function pieceKey({ name, version, sources, release }) {
  const content = JSON.stringify([release, sources, sources.map(sourceFiles)])
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10)
  return `${name}-${version}-${process.platform}-${process.arch}-${hash}`
}
