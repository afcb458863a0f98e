import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keptPiece, makeOnce } from './cache.mjs'
import { imageKey, imageRecipe } from './image-recipe.mjs'
import { run } from './run.mjs'
import { reasonOf, SetupError } from './setup-error.mjs'

/**
 * The Debian that every host of the lab begins with: a folder nobody writes to.
 * @typedef {{ path: string, release: string }} Image
 */

/**
 * @param {string} cache
 * @returns {Image | undefined}
 */
export function knownImage(cache) {
  const kept = keptPiece(cache, imageKey(imageRecipe()))
  return kept && { path: join(kept.path, 'root'), release: kept.about }
}

/**
 * Makes the image from Debian's packages, whose signatures are checked.
 * @param {string} cache
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 * @returns {Promise<Image>}
 */
export async function makeImage(cache, { log, say }) {
  const recipe = imageRecipe()
  const piece = await makeOnce(
    cache,
    imageKey(recipe),
    async (folder) => {
      try {
        return await bootstrap(join(folder, 'root'), recipe, { log, say })
      } catch (cause) {
        throw new SetupError('the Debian 13 image could not be made', {
          why: reasonOf(cause),
          fix: `see that this machine can reach ${recipe.mirror}, then run this again`,
          cause,
        })
      }
    },
    (owner) => say(`waiting for ${owner}, which makes the same`),
  )
  return { path: join(piece.path, 'root'), release: piece.about }
}

/**
 * @param {string} root
 * @param {import('./image-recipe.mjs').Recipe} recipe
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void }} talk
 */
async function bootstrap(root, recipe, { log, say }) {
  const env = { ...process.env, ...inside }
  say('debootstrap')
  await run(
    'debootstrap',
    ['--variant=minbase', '--force-check-gpg', '--include=ca-certificates', 'trixie', root, recipe.mirror],
    { log, say, env, tie: 'whole' },
  )
  for (const [name, text] of Object.entries(recipe.files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  chmodSync(join(root, 'usr/sbin/policy-rc.d'), 0o755)
  say('apt-get')
  // debootstrap cannot resolve what cloud-init depends on (virtual packages), and it knows no security updates.
  await run('sh', ['-euc', recipe.install, 'install', root, recipe.settle, ...recipe.packages], {
    log,
    say,
    env,
    tie: 'whole',
  })
  return readFileSync(join(root, 'etc/debian_version'), 'utf8').trim()
}

const inside = {
  DEBIAN_FRONTEND: 'noninteractive',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
  TMPDIR: '/tmp',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
}
