/** What the verbs that look at a stack's host are told. */
export interface StackWish {
  /** The lab's, without one. */
  stack?: string | undefined
  json?: boolean | undefined
  /** Shows what changed inside of files, too. */
  diff?: boolean | undefined
}
