import { Secret, TOTP } from 'otpauth'
import type { Answer, Browser } from '../testing.ts'
import { SoftwareAuthenticator } from './software-authenticator.ts'

/** An authenticator app in a test. */
export interface App {
  recoveryCodes: string[]
  /** The code of this moment, or of so many steps of 30 seconds later. */
  code: (stepsLater?: number) => string
}

/** Adds an authenticator app to the account of a browser that is signed in; the code of the step before is used up. */
export async function addApp({ send }: Browser): Promise<App> {
  const { secret } = (await send('POST', '/api/factors/totp')).json<{ secret: string }>()
  const code = codesOf(secret)
  const confirm = () => send('POST', '/api/factors/totp/confirm', { code: code(-1) })
  let confirmed = await confirm()
  // A step may have ended on the way.
  if (confirmed.statusCode === 403) confirmed = await confirm()
  if (confirmed.statusCode !== 200) throw new Error(confirmed.body)
  return { code, recoveryCodes: confirmed.json<{ recoveryCodes?: string[] }>().recoveryCodes ?? [] }
}

export function codesOf(shownSecret: string): App['code'] {
  const secret = Secret.fromBase32(shownSecret.replaceAll(' ', ''))
  return (stepsLater = 0) => TOTP.generate({ secret, timestamp: Date.now() + stepsLater * 30_000 })
}

/** Adds a passkey to the account of a browser that is signed in. */
export async function addPasskeyTo(
  { send }: Browser,
  origin = 'https://app.example.com',
): Promise<{ key: SoftwareAuthenticator; id: string; recoveryCodes: string[] }> {
  const key = new SoftwareAuthenticator(origin)
  const options = await send('POST', '/api/factors/passkeys/options')
  const added = await send('POST', '/api/factors/passkeys', { passkey: key.create(options.json()) })
  if (added.statusCode !== 201) throw new Error(added.body)
  const { id, recoveryCodes = [] } = added.json<{ id: string; recoveryCodes?: string[] }>()
  return { key, id, recoveryCodes }
}

/** Asks for a challenge and signs it. */
export async function signWith(
  { send }: Browser,
  key: SoftwareAuthenticator,
  lies?: Parameters<SoftwareAuthenticator['get']>[1],
): Promise<ReturnType<SoftwareAuthenticator['get']>> {
  return key.get((await send('POST', '/api/session/passkey/options')).json(), lies)
}

export const told = ({ statusCode, code }: Answer): string => `${statusCode} ${code ?? ''}`.trim()

/** A browser through the first step of sign-in. */
export async function halfSignedIn(
  browser: Browser,
  { email, password }: { email: string; password: string },
): Promise<Browser> {
  const { statusCode, body } = await browser.send('POST', '/api/session', { email, password })
  if (statusCode !== 200) throw new Error(body)
  return browser
}
