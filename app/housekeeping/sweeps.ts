import type { Queries } from '../database/connect.ts'
import { rules } from '../limits/limits.ts'
import { sessionLimits } from '../sessions/store.ts'

/** How long a browser is remembered that an account is not used from. */
const deviceLifetime = '400 days'

const { member, admin } = sessionLimits

const longestSeconds = Math.max(
  ...Object.values(rules).map(({ burst, everySeconds }) => burst * everySeconds),
)

/** What is swept out, and how; each answers how many rows went. A feature whose rows expire adds its own. */
export const sweeps: Record<string, (db: Queries) => Promise<number>> = {
  // The same limits as at reading, and those of accounts that nobody can use now.
  sessions: (db) =>
    count(db`
    delete from sessions s where expires_at <= now() or exists (
      select from accounts a where a.id = s.account_id and (a.status <> 'active'
        or s.used_at <= now() - (case a.role when 'admin' then ${admin.idle} else ${member.idle} end)::interval
        or s.created_at <= now() - (case a.role when 'admin' then ${admin.absolute} else ${member.absolute} end)::interval))`),

  pendingSignIns: (db) => count(db`delete from pending_sign_ins where expires_at <= now()`),
  challenges: (db) => count(db`delete from challenges where expires_at <= now()`),
  links: (db) => count(db`delete from links where expires_at <= now()`),
  addressChanges: (db) => count(db`delete from address_changes where expires_at <= now()`),
  signUps: (db) => count(db`delete from sign_ups where expires_at <= now()`),
  // Full for longer than any of them takes to empty: the clock was ahead then.
  limits: (db) =>
    count(
      db`delete from limits where empty_at <= now() or empty_at > now() + ${longestSeconds} * interval '2 seconds'`,
    ),
  devices: (db) => count(db`delete from devices where seen_at <= now() - ${deviceLifetime}::interval`),

  async history(db) {
    const [{ forgotten }] = await db<[{ forgotten: number }]>`select forget_old_history() as forgotten`
    return forgotten
  },

  async accounts(db) {
    const [{ erased }] = await db<[{ erased: number }]>`select erase_leaving() as erased`
    return erased
  },
}

const count = async (deletion: PromiseLike<{ count: number }>): Promise<number> => (await deletion).count
