import { refusal } from '../http/refusals.ts'
import { texts } from '../texts/en.ts'
import type { CommonPasswords } from './common-passwords.ts'

export const PasswordRefused = refusal('PASSWORD_REFUSED', 422)
const leastCharacters = 8
const mostBytes = 1024
/** Shorter words are in too many good passwords. */
const leastContext = 3
const leastBeside = 6
const notCounted = /[^\p{L}\p{N}]+/gu

/** Refuses a password that is too short, on attackers' lists, or made of what everybody knows of its owner. */
export function checkPassword(password: string, common: CommonPasswords, context: readonly string[]): void {
  const why = weaknessOf(password, common, context)
  if (why)
    throw new PasswordRefused({ message: texts.passwords[why], fields: { password: texts.passwords[why] } })
}

const plainly = (text: string): string => text.normalize('NFKC').toLowerCase()

export function weaknessOf(
  password: string,
  common: Pick<CommonPasswords, 'has'>,
  context: readonly string[],
): keyof typeof texts.passwords | undefined {
  // Characters as people count them: an accent or a face is one.
  if ([...new Intl.Segmenter().segment(password)].length < leastCharacters) return 'tooShort'
  if (Buffer.byteLength(password) > mostBytes) return 'tooLong'
  // As it is hashed: a password in other forms of the same letters opens the account as well.
  const plain = plainly(password)
  if (common.has(plain) || new Set(plain).size < 3) return 'common'
  const words = context
    .flatMap((text) => plainly(text).split(notCounted))
    .filter((word) => word.length >= leastContext)
    .toSorted((a, b) => b.length - a.length)
  const left = words.reduce((rest, word) => rest.replaceAll(word, ' '), plain)
  // What is left must be something of a password by itself.
  return left !== plain && left.replaceAll(notCounted, '').length < leastBeside ? 'context' : undefined
}
