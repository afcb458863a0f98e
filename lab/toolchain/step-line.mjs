import { duration } from './duration.mjs'

/** Where the text of a line begins: a sign, a blank, a name. */
export const nameWidth = 13

const paint = { '✓': 32, '✗': 31, '▸': 36, ' ': 0 }

/**
 * `✓ engine       pulumi 3.259.0, built from source      5 m 41 s`, within the width; no time below a second.
 * @param {keyof typeof paint} sign
 * @param {string} name
 * @param {string} text
 * @param {number} ms
 * @param {{ width: number, color: boolean }} screen
 */
export function stepLine(sign, name, text, ms, { width, color }) {
  const time = ms >= 1_000 ? duration(ms) : ''
  const head = name.padEnd(nameWidth)
  const room = width - 2 - head.length - (time ? time.length + 2 : 0)
  const body = shorten(text, room)
  const gap = time ? ' '.repeat(Math.max(2, room + 2 - body.length)) : ''
  return `${color && sign !== ' ' ? `\u001b[${paint[sign]}m${sign}\u001b[0m` : sign} ${head}${body}${gap}${time}`.trimEnd()
}

/**
 * @param {string} text
 * @param {number} room
 */
function shorten(text, room) {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`
}
