/** What an operator can act on: what (the message), why, and the way out. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly why: string
  readonly fix: string

  constructor(what: string, { why, fix, cause }: { why: string; fix: string; cause?: unknown }) {
    super(what, { cause })
    this.why = why
    this.fix = fix
  }
}

/** As it is read at a terminal; anything else that was thrown is a bug and keeps its stack. */
export function told(error: unknown): string {
  if (error instanceof CommandError)
    return `✗ ${error.message}\n\n  why      ${error.why}\n  next     ${error.fix}\n`
  return `✗ ${error instanceof Error ? error.stack : String(error)}\n`
}
