/** An error that an operator can act on: what (the message), why, and the way out. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
  readonly why: string
  readonly fix: string

  constructor(what: string, { why, fix, cause }: { why: string; fix: string; cause?: unknown }) {
    super(what, { cause })
    this.why = why
    this.fix = fix
  }
}

/** The reason in the words of whatever failed: a command's last lines, or the error's message. */
export function reasonOf(error: unknown): string {
  if (error instanceof OperatorError) return error.why
  if (isOutput(error)) {
    const said = lastLines(`${error.stdout}\n${error.stderr}`, 8)
    // A command that was killed (a time-out, out of memory) often said nothing.
    const end = error.signal ? `ended by ${error.signal}` : `exit code ${error.exitCode}`
    return said ? `${said} (${end})` : end
  }
  return error instanceof Error ? error.message : String(error)
}

/** The last lines that say something. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n').map((line) => line.trimEnd())
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n')
}

interface Output {
  stdout: string
  stderr: string
  exitCode: number | null
  signal: string | null
}

// By shape, because zx may be in a process twice.
function isOutput(error: unknown): error is Output {
  return error instanceof Error && 'stderr' in error && 'exitCode' in error
}
