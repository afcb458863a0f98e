import type { Queries } from '../database/connect.ts'
import type { Parts } from '../parts.ts'
import type { Method } from './methods.ts'
import { useRecoveryCode, type Owner } from './recovery-codes.ts'
import { useTotpCode } from './totp.ts'

/** What people type to show a second factor: one of the two. */
export interface TypedFactor {
  code?: string | undefined
  recoveryCode?: string | undefined
}

/** Uses up what was typed; answers what it was, and nothing where it was wrong. Within a transaction, or half of it stays. */
export async function useTypedFactor(
  db: Queries,
  { settings, outbox }: Pick<Parts, 'settings' | 'outbox'>,
  owner: Owner,
  { code, recoveryCode }: TypedFactor,
): Promise<Method | undefined> {
  if (recoveryCode)
    return (await useRecoveryCode(db, { outbox }, owner, recoveryCode)) ? 'recovery-code' : undefined
  return code && (await useTotpCode(db, settings, owner.accountId, code)) ? 'totp' : undefined
}
