import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from './cache.mjs'
import { obtainClients } from './clients.mjs'
import { installPackages, missingPackages } from './debian-packages.mjs'
import { knownImage, makeImage } from './image.mjs'
import { locked } from './lock.mjs'
import { requireLinuxRoot, requireSpace } from './machine.mjs'
import { nodeModules, requireNode } from './node-modules.mjs'
import { knownTool, obtainTool } from './obtain-tool.mjs'
import { progress } from './progress.mjs'
import { openLog } from './run.mjs'
import { caddy, engine, pebble } from './tools.mjs'

const clone = fileURLToPath(new URL('../..', import.meta.url))
const resultFile = join(clone, '.shoestring', 'toolchain.json')

/**
 * Makes this machine ready for `start`, `test`, `lab` or `check`. What is there already is not done again; where
 * nothing is to do, nothing is printed.
 * @param {string} what
 */
export async function prepare(what) {
  const out = progress()
  const log = openLog(join(clone, '.shoestring', 'setup.log'))
  try {
    // Before npm's packages: their Node needs a library of these, and npm puts that Node in front of every later run.
    if (what !== 'check') await prepareMachine(what, out, log)
    await out.step('packages', (say) => nodeModules(clone, say, log))
    if (what !== 'check') await prepareLab(out, log)
    if (what === 'test') {
      const note = (/** @type {string} */ text) => out.note('clients', text)
      await out.step('clients', (say) => obtainClients(cacheFolder(), { log, say, note }))
    }
    await out.step('node', async () => requireNode(clone))
  } catch (error) {
    out.fail(error, 'setup')
    if (log.used) out.note('log', relative(process.cwd(), log.file))
    process.exitCode = 1
  }
}

/**
 * @param {string} what
 * @param {ReturnType<typeof progress>} out
 * @param {import('./run.mjs').Log} log
 */
async function prepareMachine(what, out, log) {
  const { cache, known } = whatIsThere()
  const missing = missingPackages(what)
  await out.step('machine', async (say) => {
    requireLinuxRoot(what)
    const complete = known('pulumi') && known('caddy') && known('pebble') && knownImage(cache)
    if (!complete) requireSpace(cache, 2)
    if (missing.length === 0) return undefined
    mkdirSync(cache, { recursive: true })
    const lock = join(cache, 'debian-packages.lock')
    return locked(
      lock,
      async () => {
        // Another setup may have installed them while this one waited.
        const still = missingPackages(what)
        return still.length > 0 ? installPackages(still, say, log) : undefined
      },
      (owner) => say(`waiting for ${owner}, which installs packages`),
    )
  })
}

/** What the last setup and the cache have, without running anything. */
function whatIsThere() {
  const cache = cacheFolder()
  const last = lastResult()
  const tools = { pulumi: engine(clone), caddy: caddy(), pebble: pebble() }
  /** @param {'pulumi' | 'caddy' | 'pebble'} name */
  const known = (name) => knownTool(tools[name], { cache, last: last?.[name] })
  return { cache, tools, known }
}

/**
 * @param {ReturnType<typeof progress>} out
 * @param {import('./run.mjs').Log} log
 */
async function prepareLab(out, log) {
  const { cache, tools, known } = whatIsThere()
  /**
   * @param {string} step
   * @param {'pulumi' | 'caddy' | 'pebble'} name
   */
  const tool = async (step, name) => {
    const there = known(name)
    if (there) return there
    /** @type {import('./obtain-tool.mjs').ObtainedTool | undefined} */
    let obtained
    await out.step(step, async (say) => {
      obtained = await obtainTool(tools[name], { cache, log, say })
      const reason = obtained.origin === 'built from source' ? ' (release not reachable)' : ''
      return `${name} ${obtained.version}, ${obtained.origin}${reason}`
    })
    return obtained
  }
  const result = {
    pulumi: await tool('engine', 'pulumi'),
    caddy: await tool('caddy', 'caddy'),
    pebble: await tool('ca', 'pebble'),
    image: knownImage(cache),
  }
  if (!result.image) {
    await out.step('image', async (say) => {
      result.image = await makeImage(cache, { log, say })
      return `Debian ${result.image.release}, kept for next time`
    })
  }
  keepResult(result)
}

/** @returns {Record<string, import('./obtain-tool.mjs').ObtainedTool> | undefined} */
function lastResult() {
  try {
    return JSON.parse(readFileSync(resultFile, 'utf8'))
  } catch {
    return undefined
  }
}

/** @param {object} result */
function keepResult(result) {
  const text = `${JSON.stringify(result, null, 2)}\n`
  mkdirSync(join(clone, '.shoestring'), { recursive: true })
  const unfinished = `${resultFile}.${process.pid}`
  writeFileSync(unfinished, text)
  renameSync(unfinished, resultFile)
}
