import { LinkInvalid } from '../links/links.ts'

/** https://www.postgresql.org/docs/17/errcodes-appendix.html */
const uniqueViolation = '23505'

/** Somebody else got the address meanwhile: the code means nothing any more, which is all that is told. */
export function refuseTaken(error: unknown): never {
  if ((error as { code?: string }).code === uniqueViolation) throw new LinkInvalid({ cause: error })
  throw error
}
