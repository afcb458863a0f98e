import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { hashRaw } from '@node-rs/argon2'

/** How a digest came about; what the database tells of a password. */
export interface Terms {
  scheme: 'argon2id' | 'pbkdf2_sha256'
  /** `m=19456,t=2,p=1` (KiB, passes, lanes), or a number of iterations. */
  cost: string
  salt: Buffer
}

/** OWASP's cheat sheet on password storage, 2026-08. */
export const cost = 'm=19456,t=2,p=1'
const digestBytes = 32
const saltBytes = 16

export const freshTerms = (): Terms => ({ scheme: 'argon2id', cost, salt: randomBytes(saltBytes) })

/** Whether a digest is to be replaced at the next sign-in. */
export const outdated = (terms: Terms): boolean => terms.scheme !== 'argon2id' || terms.cost !== cost

const pbkdf2Of = promisify(pbkdf2)

/** The digest of a password on the given terms, on a thread of its own. NFKC first, because keyboards differ. */
export function digestOf(password: string, terms: Terms): Promise<Buffer> {
  if (terms.scheme === 'pbkdf2_sha256') {
    // Django's, which takes the text as it was typed: https://docs.djangoproject.com/en/5.2/topics/auth/passwords/
    return pbkdf2Of(password, terms.salt, Number(terms.cost), digestBytes, 'sha256')
  }
  const [, m, t, p] = /^m=(\d+),t=(\d+),p=(\d+)$/.exec(terms.cost) ?? []
  // Argon2id is what it computes unless told otherwise.
  return hashRaw(password.normalize('NFKC'), {
    memoryCost: Number(m),
    timeCost: Number(t),
    parallelism: Number(p),
    outputLen: digestBytes,
    salt: terms.salt,
  })
}
