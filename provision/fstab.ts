/** A line of /etc/fstab that is ours; the file's other lines are not. */
export interface FstabLine {
  path: string
  type: string
  options: string[]
}

const heading = '# Written by shoestring; changes by hand of these lines are undone.'

/** The file with these lines and no others for their paths; as it is where it has them already, wherever they stand. */
export function withLines(fstab: string, wanted: FstabLine[]): string {
  const ours = new Map(
    wanted.map(({ path, type, options }) => [path, `${type} ${path} ${type} ${options.join(',')} 0 0`]),
  )
  const lines = fstab.trimEnd().split('\n')
  const claimed = lines.filter((line) => ours.has(pathOf(line)))
  const complete = claimed.length === ours.size && claimed.every((line) => ours.get(pathOf(line)) === line)
  if (complete) return fstab
  const others = lines.filter((line) => line !== heading && !claimed.includes(line))
  return [...others, heading, ...ours.values(), ''].join('\n').trimStart()
}

/** Where it mounts something. */
export function pathsIn(fstab: string): string[] {
  return fstab.split('\n').map(pathOf).filter(Boolean)
}

function pathOf(line: string): string {
  return line.startsWith('#') ? '' : (line.trim().split(/\s+/)[1] ?? '')
}
