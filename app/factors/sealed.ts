import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/** Encrypts what has to be readable again, bound to its account: in another's row it does not open. */
export function seal(plain: Uint8Array, secret: Buffer, accountId: string): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, keyOf(secret), iv).setAAD(Buffer.from(accountId))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

/** Opens what was sealed for the same account; throws where one bit is another. */
export function unseal(sealed: Uint8Array, secret: Buffer, accountId: string): Buffer {
  const iv = sealed.subarray(0, ivBytes)
  const tag = sealed.subarray(ivBytes, ivBytes + tagBytes)
  const cipher = createDecipheriv(algorithm, keyOf(secret), iv, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(accountId)).setAuthTag(tag)
  return Buffer.concat([cipher.update(sealed.subarray(ivBytes + tagBytes)), cipher.final()])
}

/** A key for this one purpose, so that the service's secret can serve others too. */
const keyOf = (secret: Buffer): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, Buffer.alloc(0), 'secrets of authenticator apps', 32))
