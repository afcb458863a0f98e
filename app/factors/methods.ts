import type { Queries } from '../database/connect.ts'

/** How somebody can show a second factor. */
export type Method = 'totp' | 'passkey' | 'recovery-code'

/** What an account can be asked for; nothing where it has no factor. */
export async function methodsOf(db: Queries, accountId: string): Promise<Method[]> {
  const [found] = await db<[{ totp: boolean; passkey: boolean; recovery: boolean }]>`
    select exists (select from factors where account_id = ${accountId} and kind = 'totp') as totp,
      exists (select from factors where account_id = ${accountId} and kind = 'passkey') as passkey,
      exists (select from recovery_codes where account_id = ${accountId}) as recovery`
  if (!found.totp && !found.passkey) return []
  return [
    ...(found.totp ? (['totp'] as const) : []),
    ...(found.passkey ? (['passkey'] as const) : []),
    ...(found.recovery ? (['recovery-code'] as const) : []),
  ]
}
