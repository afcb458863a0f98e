import { failureLines } from './failure-lines.mjs'
import { stepLine } from './step-line.mjs'

/**
 * What a step says while it works. `say.now` is for what must be read before it happens.
 * @typedef {((text: string) => void) & { now(text: string): void }} Say
 */

/**
 * Where a step's lines go.
 * @typedef {Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean, columns?: number }} Screen
 */

/**
 * Prints one line a step: a live one on a terminal; in CI and in pipes one when it gets long and one at its end.
 * @param {Screen} [screen]
 * @param {NodeJS.ProcessEnv} [env]
 */
export function progress(screen = process.stderr, env = process.env) {
  const terminal = screen.isTTY === true && env['TERM'] !== 'dumb'
  const live = terminal && !env['CI']
  const color = terminal && env['NO_COLOR'] === undefined
  const width = Math.min(screen.columns || 80, 80)
  /** @type {WeakSet<object>} */
  const told = new WeakSet()

  /** @param {string} line */
  const print = (line) => screen.write(`${live ? erase : ''}${line}\n`)

  /** @param {unknown} error @param {string} name */
  const tell = (error, name) => {
    if (error instanceof Error && told.has(error)) return
    if (error instanceof Error) told.add(error)
    for (const line of failureLines(error, name, { color, width })) print(line)
  }

  return {
    /**
     * Runs a step and prints what it answers; a step that had nothing to do answers nothing and prints nothing.
     * @template {string | undefined | void} T
     * @param {string} name
     * @param {(say: Say) => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(name, work) {
      const startedAt = Date.now()
      const state = { text: '', announced: false }
      const took = () => Date.now() - startedAt
      const show = () =>
        screen.write(erase + stepLine('▸', name, state.text, took(), { width: width - 1, color }))
      // Most steps are over before anyone could read what they do.
      const timer = live
        ? setInterval(() => took() > 300 && show(), 200)
        : setTimeout(() => say.now(state.text), 2_000)
      timer.unref()
      /** @type {Say} */
      const say = Object.assign(
        /** @param {string} text */
        (text) => {
          state.text = text.trim()
        },
        {
          /** @param {string} text */
          now(text) {
            state.text = text.trim()
            if (state.announced && !live) return
            state.announced = true
            print(stepLine('▸', name, state.text, 0, { width, color }))
          },
        },
      )
      const stop = () => {
        clearInterval(timer)
        if (live) screen.write(erase)
      }
      try {
        const result = await work(say)
        stop()
        if (result) print(stepLine('✓', name, result, took(), { width, color }))
        return result
      } catch (error) {
        stop()
        tell(error, name)
        throw error
      }
    },

    /**
     * Prints an error in lines that say what, why and how on, unless the step that threw it has done so.
     * @param {unknown} error
     * @param {string} [name]
     */
    fail(error, name = '') {
      tell(error, name)
    },

    /**
     * Prints a line below a step's or an error's own, in the same columns.
     * @param {string} name
     * @param {string} text
     */
    note(name, text) {
      print(stepLine(' ', name, text, 0, { width: Infinity, color }))
    },
  }
}

const erase = '\r\u001b[2K'
