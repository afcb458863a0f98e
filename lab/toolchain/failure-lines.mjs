import { nameWidth, stepLine } from './step-line.mjs'

/**
 * An error as a person reads it: what, why, fix. One that has no why and fix is a bug of ours and keeps its stack.
 * @param {unknown} error
 * @param {string} name
 * @param {{ color: boolean, width: number }} screen
 */
export function failureLines(error, name, { color, width }) {
  const unlimited = { width: Infinity, color }
  if (!isForPeople(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return [stepLine('✗', name, 'a bug of shoestring itself', 0, unlimited), text]
  }
  const room = width - nameWidth - 2
  const what = error.message.split('\n')[0] ?? ''
  return [
    stepLine('✗', name, hanging(wrap(what, room)), 0, unlimited),
    stepLine(' ', 'why', hanging(error.why.split('\n').flatMap((line) => wrap(line, room))), 0, unlimited),
    // Not wrapped: people copy commands from here.
    stepLine(' ', 'next', hanging(error.fix.split('\n')), 0, unlimited),
  ]
}

/** @param {string[]} lines */
function hanging(lines) {
  return lines.join(`\n${' '.repeat(nameWidth + 2)}`)
}

/**
 * @param {string} text
 * @param {number} room
 */
function wrap(text, room) {
  /** @type {string[]} */
  const lines = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else {
      line = line ? `${line} ${word}` : word
    }
  }
  return [...lines, line]
}

/**
 * By shape: every part of the house has an error of its own with these two.
 * @param {unknown} error
 * @returns {error is Error & { why: string, fix: string }}
 */
function isForPeople(error) {
  if (!(error instanceof Error && 'why' in error && 'fix' in error)) return false
  return typeof error.why === 'string' && typeof error.fix === 'string'
}
