import type { Queries } from '../database/connect.ts'

/** How somebody can show a second factor. */
export type Method = 'totp' | 'passkey' | 'recovery-code'

/** What an account can be asked for; nothing where it has no factor. */
export async function methodsOf(db: Queries, accountId: string): Promise<Method[]> {
  const [{ methods }] = await db<[{ methods: Method[] }]>`select methods_of(${accountId}) as methods`
  return methods
}
