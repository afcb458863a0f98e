import type { Queries } from '../database/connect.ts'
import type { Settings } from '../settings.ts'
import { qrOf } from './qr.ts'
import { unseal } from './sealed.ts'

/** RFC 6238 as every app knows it. */
const periodSeconds = 30
const form = { algorithm: 'SHA1', digits: 6, period: periodSeconds } as const

interface Stored {
  id: string
  secret: Buffer
  nowMs: number
}

/** Uses up a code of an account's app; of eight who send it at once, one is let through. */
export async function useTotpCode(
  db: Queries,
  settings: Settings,
  accountId: string,
  code: string,
): Promise<boolean> {
  const [app] = await db<[Stored?]>`
    select id, secret, extract(epoch from clock_timestamp())::float8 * 1000 as now_ms
    from factors where account_id = ${accountId} and kind = 'totp'`
  if (!app) return false
  const step = await stepOf(code, unseal(app.secret, settings.secret, accountId), app.nowMs)
  if (step === undefined) return false
  const { count } = await db`
    update factors set last_step = ${step}, used_at = now() where id = ${app.id} and last_step < ${step}`
  return count === 1
}

/** Which step of 30 seconds a code is of: this one, the one before, or the next, because clocks differ. */
export async function stepOf(code: string, secret: Uint8Array, nowMs: number): Promise<number | undefined> {
  const token = code.replaceAll(/[\s-]/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const { Secret, TOTP } = await import('otpauth')
  const key = new Secret({ buffer: new Uint8Array(secret).buffer })
  const delta = TOTP.validate({ ...form, token, secret: key, timestamp: nowMs, window: 1 })
  return delta === null ? undefined : Math.floor(nowMs / 1000 / periodSeconds) + delta
}

/** The same secret for people who type and for cameras. */
export async function shownAs(
  secret: Uint8Array,
  { issuer, label }: { issuer: string; label: string },
): Promise<{ secret: string; uri: string; qr: string }> {
  const { Secret, TOTP } = await import('otpauth')
  const key = new Secret({ buffer: new Uint8Array(secret).buffer })
  const uri = new TOTP({ ...form, issuer, label, secret: key }).toString()
  return {
    secret: key.base32.replaceAll(/(.{4})(?=.)/g, '$1 '),
    uri,
    qr: await qrOf(uri),
  }
}
