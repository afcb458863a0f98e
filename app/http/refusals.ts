import { texts } from '../texts/en.ts'

export type Code = keyof typeof texts.errors

/** What a person or a program is told instead of an answer: a stable code, a sentence, a status. */
export class Refusal extends Error {
  readonly code: Code
  readonly statusCode: number
  readonly retryAfterSeconds: number | undefined
  /** A sentence for each field that is to blame. */
  readonly fields: Readonly<Record<string, string>> | undefined

  constructor(code: Code, statusCode: number, more: RefusalDetails = {}) {
    super(more.message ?? texts.errors[code], { cause: more.cause })
    this.code = code
    this.statusCode = statusCode
    this.retryAfterSeconds = more.retryAfterSeconds
    this.fields = more.fields
  }
}

export interface RefusalDetails {
  message?: string
  retryAfterSeconds?: number
  fields?: Record<string, string>
  cause?: unknown
}

/** A class for refusals of one kind: `throw new WrongCredentials()`. */
export function refusal(code: Code, statusCode: number): new (details?: RefusalDetails) => Refusal {
  return class extends Refusal {
    constructor(details?: RefusalDetails) {
      super(code, statusCode, details)
    }
  }
}
