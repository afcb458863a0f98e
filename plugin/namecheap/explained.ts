/** An error as an operator reads it in the engine's output: what, why, and the way out. */
export function explained(
  what: string,
  { why, next, cause }: { why: string; next: string; cause?: unknown },
): Error {
  return new Error(toText(what, why, next), { cause })
}

/** Namecheap said no, and would say it again. */
export class Refused extends Error {
  readonly numbers: readonly string[]

  constructor(what: string, { why, next, numbers }: { why: string; next: string; numbers: string[] }) {
    super(toText(what, why, next))
    this.numbers = numbers
  }
}

/** No answer that says whether it was done: it may have been. */
export class Unanswered extends Error {
  constructor(what: string, { why, next, cause }: { why: string; next: string; cause?: unknown }) {
    super(toText(what, why, next), { cause })
  }
}

const toText = (what: string, why: string, next: string): string => `${what}\n  why   ${why}\n  next  ${next}`
