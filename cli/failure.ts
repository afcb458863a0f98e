import { OperatorError, reasonOf } from '../provision/errors.ts'

/** An error as machines read it. */
export function failure(stack: string, error: unknown): object {
  return {
    stack,
    error: error instanceof Error ? error.message : String(error),
    why: reasonOf(error),
    ...(error instanceof OperatorError && { next: error.fix }),
  }
}
