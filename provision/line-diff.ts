/** Lines that go (`- `) and come (`+ `), in order, without the lines that stay. */
export interface LineDiff {
  removed: number
  added: number
  text: string
}

/** The shortest difference of two texts by lines; files here have hundreds of lines, so a table will do. */
export function lineDiff(before: string, after: string): LineDiff {
  const [old, fresh] = [lines(before), lines(after)]
  // common[i][j]: length of the longest common part of old from i and fresh from j.
  const common = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1))
  const at = (i: number, j: number) => common[i]?.[j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const row = common[i]
      if (row) row[j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const text: string[] = []
  let [i, j, removed, added] = [0, 0, 0, 0]
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      i++
      j++
    } else if (j >= fresh.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) {
      text.push(`- ${old[i++]}`)
      removed++
    } else {
      text.push(`+ ${fresh[j++]}`)
      added++
    }
  }
  return { removed, added, text: text.join('\n') }
}

function lines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
