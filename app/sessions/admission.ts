import type { SiteParts } from '../parts.ts'

/**
 * Whether an account may sign in to this site: to that of the admins only they may. Members are told what strangers
 * are, a wrong password, and it counts as one: the site that is to be guarded best is no place to try passwords at.
 */
export async function admits({ db, site }: SiteParts, accountId: string | undefined): Promise<boolean> {
  if (site === 'app') return accountId !== undefined
  // Asked for in every case, so that all answers take as long.
  const [found] = await db`select from accounts where id = ${accountId ?? null} and role = 'admin'`
  return found !== undefined
}
