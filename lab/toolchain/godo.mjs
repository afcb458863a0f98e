import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keptPiece, makeOnce } from './cache.mjs'
import { buildFromSource } from './go-build.mjs'

const folder = fileURLToPath(new URL('../clients/godo', import.meta.url))

const sources = [
  {
    module: '../clients/godo',
    package: 'shoestring/clients/godo',
    ldflags: '-s -w',
    env: { CGO_ENABLED: '0' },
  },
]

/**
 * The journey with DigitalOcean's client for Go, which the cache keeps as a program.
 * @param {string} cache
 * @returns {string | undefined}
 */
export function keptGodo(cache) {
  const kept = keptPiece(cache, pieceKey())
  return kept && join(kept.path, 'godo')
}

/**
 * @param {string} cache
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 */
export async function obtainGodo(cache, { log, say }) {
  await makeOnce(
    cache,
    pieceKey(),
    async (place) => {
      await buildFromSource({ sources }, place, { log, say })
      return 'built from source'
    },
    (owner) => say(`waiting for ${owner}, which makes the same`),
  )
}

function pieceKey() {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).filter((file) => /\.(go|mod|sum)$/.test(file)))
    hash.update(`${name}\n`).update(readFileSync(join(folder, name)))
  return `godo-journey-${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 10)}`
}
