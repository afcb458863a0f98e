/** Columns that a terminal has at least, and that everything printed keeps to. */
export const pageWidth = 80

/** A text broken at blanks, its later lines a little further in; a word that is longer than the room stands alone. */
function wrapped(text: string, room: number): string[] {
  const indent = /^ */.exec(text)?.[0] ?? ''
  const [first = '', ...words] = text.trim().split(' ')
  const lines: string[] = []
  let line = indent + first
  for (const word of words) {
    if (line.length + 1 + word.length > room) {
      lines.push(line)
      line = `${indent}  ${word}`
    } else {
      line = `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** Named lists side by side, `  firewall  close 8080`, each name once; long texts hang under their beginning. */
export function listed(rows: readonly { name: string; lines: readonly string[] }[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const room = pageWidth - width - 4
  return rows.flatMap(({ name, lines }) =>
    lines
      .flatMap((line) => wrapped(line, room))
      .map((line, index) => `  ${(index === 0 ? name : '').padEnd(width)}  ${line}`.trimEnd()),
  )
}
