import type { FastifyRequest } from 'fastify'
import type { Parts } from '../parts.ts'
import { admin } from './guard.ts'
import type { Status } from './listing.ts'

/** One day in UTC, `2026-11-23`. */
export interface Day {
  day: string
  signUps: number
  signIns: number
  /** Wrong passwords and codes for accounts that exist. */
  failures: number
}

export interface Numbers {
  /** The oldest first, today last; a day on which nothing happened is there too. */
  days: Day[]
  accounts: Record<Status, number>
  admins: number
  sessions: number
  /** Mails that wait, and for how long the oldest does. */
  outbox: { waiting: number; oldestSeconds: number }
  hashing: { running: number; waiting: number }
}

/** How the service is doing. */
export async function readNumbers(
  { db, passwords, outbox }: Pick<Parts, 'db' | 'passwords' | 'outbox'>,
  request: FastifyRequest,
  days = 30,
): Promise<Numbers> {
  admin(request)
  const [perDay, [sums], mails] = await Promise.all([
    db<Day[]>`
      with days as (
        select generate_series(today - (${days}::int - 1), today, interval '1 day')::date as day
        from (select (now() at time zone 'UTC')::date as today) as clock
      ), counted as (
        select (at at time zone 'UTC')::date as day,
          count(*) filter (where event = 'account-created')::int as sign_ups,
          count(*) filter (where event = 'signed-in')::int as sign_ins,
          count(*) filter (where event = 'sign-in-failed')::int as failures
        from history
        where event in ('account-created', 'signed-in', 'sign-in-failed')
          and at >= ((now() at time zone 'UTC')::date - (${days}::int - 1))::timestamp at time zone 'UTC'
        group by 1
      )
      select day::text, coalesce(sign_ups, 0) as sign_ups, coalesce(sign_ins, 0) as sign_ins,
        coalesce(failures, 0) as failures
      from days left join counted using (day) order by day`,
    db<[Record<Status | 'admins' | 'sessions', number>]>`
      select count(*) filter (where status = 'active')::int as active,
        count(*) filter (where status = 'disabled')::int as disabled,
        count(*) filter (where status = 'leaving')::int as leaving,
        count(*) filter (where role = 'admin' and status = 'active')::int as admins,
        (select count(*)::int from sessions where account_id is not null and expires_at > now()) as sessions
      from accounts`,
    outbox.depth(),
  ])
  const { active, disabled, leaving, admins, sessions } = sums
  const queue = passwords.queue.depth
  return {
    days: [...perDay],
    accounts: { active, disabled, leaving },
    admins,
    sessions,
    outbox: mails,
    hashing: { running: queue.running, waiting: queue.waiting },
  }
}
