/** What Django keeps of a password, as it is kept here. */
export interface Taken {
  cost: string
  /** Base64, as JSON takes it. */
  salt: string
  digest: string
}

/** The hasher that is no hasher: this password can not be used. */
const unusable = '!'
/** Django 6.1 takes 1.5 million; what is far beyond would keep a core busy for seconds at each sign-in. */
const mostIterations = 10_000_000

/** A password that goes on working, or why it does not. */
export function takeOver(encoded: string): Taken | { why: string } {
  if (encoded === '' || encoded.startsWith(unusable)) return { why: 'has no password that can be used' }
  const [hasher = '', iterations = '', salt = '', digest = '', ...more] = encoded.split('$')
  if (hasher !== 'pbkdf2_sha256')
    return { why: `has a password that was hashed by ${nameOf(hasher)}, which is not taken over` }
  const whole =
    more.length === 0 &&
    /^[1-9]\d{0,7}$/.test(iterations) &&
    Number(iterations) <= mostIterations &&
    salt !== '' &&
    /^[A-Za-z0-9+/]{43}=$/.test(digest)
  if (!whole) return { why: 'has a password whose hash is broken' }
  return { cost: iterations, salt: Buffer.from(salt, 'utf8').toString('base64'), digest }
}

/** Its name where it has one; the oldest of Django's have none, and what stands there is part of a secret. */
const nameOf = (hasher: string): string =>
  /^[a-z0-9_]{1,30}$/.test(hasher) && !/^[0-9a-f]{24,}$/.test(hasher) ? hasher : 'an unknown hasher'
