import type { Fragment } from 'postgres'
import type { SiteParts } from '../parts.ts'

/**
 * Whether an account may sign in to this site: to that of the admins only they may. Members are told what strangers
 * are, a wrong password, and it counts as one: the site that is to be guarded best is no place to try passwords at.
 */
export async function admits(parts: SiteParts, accountId: string | undefined): Promise<boolean> {
  if (parts.site === 'app') return accountId !== undefined
  // Asked for in every case, so that all answers take as long.
  const [found] = await parts.db`select from accounts where id = ${accountId ?? null} and ${admitted(parts)}`
  return found !== undefined
}

/** The same as a condition on rows of accounts. */
export const admitted = ({ db, site }: SiteParts): Fragment =>
  site === 'app' ? db`true` : db`role = 'admin'`
