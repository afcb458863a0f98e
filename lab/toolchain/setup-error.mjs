/** What went wrong while the machine was made ready, why, and the way out. */
export class SetupError extends Error {
  /**
   * @param {string} what
   * @param {{ why: string, fix: string, cause?: unknown }} reason
   */
  constructor(what, { why, fix, cause }) {
    super(what, { cause })
    this.name = 'SetupError'
    this.why = why
    this.fix = fix
  }
}

/**
 * The reason in the words of whatever failed.
 * @param {unknown} error
 */
export function reasonOf(error) {
  if (error instanceof SetupError) return error.why
  return error instanceof Error ? error.message : String(error)
}
