import { Secret, TOTP } from 'otpauth'

/** An authenticator app, given the secret as a person types it; answers what it shows now. */
export function appOf(secret: string): () => string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) })
  return () => totp.generate()
}
