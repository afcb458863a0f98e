import { keptGodo, obtainGodo } from './godo.mjs'
import { keptPython, obtainPython } from './python-packages.mjs'
import { reasonOf } from './setup-error.mjs'

/**
 * Gets what tests run and npm does not have: clients of DigitalOcean's API, and what sends the app's API nonsense. One
 * that can't be had is noted with the reason, and its tests are skipped: nothing else needs it.
 * @param {string} cache
 * @param {{ log: import('./run.mjs').Log, say: (text: string) => void, note: (text: string) => void }} talk
 * @returns {Promise<string | undefined>}
 */
export async function obtainClients(cache, { log, say, note }) {
  const missing = [
    ...(await Promise.all(
      /** @type {const} */ (['pydo', 'schemathesis']).map(async (name) => ({
        name,
        kept: await keptPython(cache, name),
        /** @type {typeof obtainGodo} */
        obtain: (where, talk) => obtainPython(where, name, talk),
      })),
    )),
    { name: 'godo', kept: keptGodo(cache), obtain: obtainGodo },
  ].filter(({ kept }) => kept === undefined)
  /** @type {string[]} */
  const obtained = []
  for (const { name, obtain } of missing) {
    say(name)
    try {
      // One after another: both are work for the processor.
      await obtain(cache, { log, say })
      obtained.push(name)
    } catch (error) {
      note(`tests of ${name} are skipped: ${lastWords(error)}`)
    }
  }
  return obtained.length > 0 ? `${obtained.join(' and ')}, kept for next time` : undefined
}

/**
 * What a tool says last tells most; the line below it is ours, with its exit code.
 * @param {unknown} error
 */
function lastWords(error) {
  const lines = reasonOf(error).split('\n')
  return (lines.length > 1 ? lines.at(-2) : lines[0])?.trim()
}
