import { createHash } from 'node:crypto'
import type { FastifySessionObject, SessionStore as Store } from '@fastify/session'
import type pg from 'pg'
import { refusalOf } from '../http/errors.ts'
import { refusal } from '../http/refusals.ts'

/** Ended from elsewhere while this request ran. */
const SessionEnded = refusal('NOT_SIGNED_IN', 401)

export const adminIdleMinutes = 30

/** Idle and absolute limits; admins have shorter ones. ASVS 7.3.1 and 7.3.2, the reasons are in SECURITY.md. */
export const sessionLimits = {
  member: { idle: '1 day', absolute: '30 days' },
  admin: { idle: `${adminIdleMinutes} minutes`, absolute: '12 hours' },
  /** As long as the second step of a sign-in may take. */
  visitor: '10 minutes',
} as const
/** Often enough for "last used", rare enough that reading stays reading. */
const noteUseAfterSeconds = 60

/** Whose session it is, as the account stands at this moment. */
export interface SignedIn {
  id: string
  email: string
  name: string
  role: 'member' | 'admin'
  hasFactor: boolean
}

declare module 'fastify' {
  interface Session {
    /** Set once every factor was shown. */
    accountId?: string
    /** When its person last showed who they are, in milliseconds since 1970. */
    confirmedAt?: number
    /** The same, by a second factor. */
    factorAt?: number
    device?: string
    network?: string
    /** What a sign-in that is under way has to remember; kept as JSON. */
    content?: SessionContent
    /** Read along; never written. */
    account?: SignedIn
    handle?: string
    /** The account's, from before it was shown who signs in; a session of an earlier one is dead. */
    generation?: number
    /** The id that this one takes the place of. */
    renews?: string
  }
}

/** Anything short-lived, by the feature that wrote it. */
export interface SessionContent {
  [feature: string]: unknown
}

interface Row {
  account_id: string | null
  handle: string
  confirmed_at: Date | null
  factor_at: Date | null
  device: string
  network: string
  content: SessionContent
  idle_seconds: number
  email: string | null
  name: string
  role: 'member' | 'admin'
  has_factor: boolean
}

const read = `
  select s.account_id, s.handle, s.confirmed_at, s.factor_at, s.device, s.network, s.content,
    extract(epoch from now() - s.used_at)::float8 as idle_seconds, a.email, a.name, a.role,
    exists (select from factors f where f.account_id = a.id) as has_factor
  from sessions s left join accounts a on a.id = s.account_id
  where s.id_hash = $1 and s.expires_at > now() and (s.account_id is null or (a.status = 'active'
    and s.generation = a.generation
    and s.used_at > now() - (case a.role when 'admin' then interval '${sessionLimits.admin.idle}' else interval '${sessionLimits.member.idle}' end)
    and s.created_at > now() - (case a.role when 'admin' then interval '${sessionLimits.admin.absolute}' else interval '${sessionLimits.member.absolute}' end)))`

const insert = `
  insert into sessions (id_hash, account_id, confirmed_at, factor_at, device, network, content, generation, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, now() + case when $2::uuid is null then interval '${sessionLimits.visitor}' else interval '${sessionLimits.member.absolute}' end)
  on conflict (id_hash) do update
  set account_id = excluded.account_id, confirmed_at = excluded.confirmed_at,
    factor_at = excluded.factor_at, content = excluded.content, generation = excluded.generation,
    -- A new id is stored as soon as it is made: whose it is, and from where, comes after.
    device = excluded.device, network = excluded.network,
    expires_at = case when sessions.account_id is distinct from excluded.account_id
      then excluded.expires_at else sessions.expires_at end`

// What was ended meanwhile stays ended: nothing is inserted.
const update = `
  update sessions set confirmed_at = $2, factor_at = $3, content = $4 where id_hash = $1`

// The same session under a new id; what waited for the old one is void.
const rename = `
  with waiting as (delete from challenges where id_hash = $2), half as (delete from pending_sign_ins where id_hash = $2)
  update sessions set id_hash = $1, confirmed_at = $3, factor_at = $4, content = $5 where id_hash = $2`

type Callback = (error?: unknown, session?: FastifySessionObject | null) => void

/** Sessions in Postgres, by the hash of their id; whether their account may still be used is looked at each time. */
export class SessionStore implements Store {
  readonly #pool: pg.Pool
  /** Ids that are about to be replaced, for the moment that it takes. */
  readonly #renewing = new Set<string>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  get(id: string, callback: Callback): void {
    told(this.#read(id), callback)
  }

  set(id: string, session: FastifySessionObject, callback: Callback): void {
    told(this.#write(hashed(id), session), callback)
  }

  /** Notes that the session goes on under the id that it is given next, with what it is and since when. */
  willRenew(id: string): void {
    this.#renewing.add(id)
  }

  destroy(id: string, callback: Callback): void {
    told(this.#renewing.delete(id) ? Promise.resolve() : this.#end(id), callback)
  }

  async #write(idHash: Buffer, session: FastifySessionObject): Promise<void> {
    const { accountId, device, network, generation, handle, renews } = session
    const [confirmedAt, factorAt] = [session.confirmedAt, session.factorAt].map((ms) =>
      ms === undefined ? null : new Date(ms),
    )
    const content = JSON.stringify(session.content ?? {})
    if (renews !== undefined) {
      const values = [idHash, hashed(renews), confirmedAt, factorAt, content]
      const { rowCount } = await this.#pool.query({ name: 'rename-session', text: rename, values })
      delete session.renews
      if (rowCount === 0) throw new SessionEnded()
    } else if (handle !== undefined) {
      const values = [idHash, confirmedAt, factorAt, content]
      await this.#pool.query({ name: 'update-session', text: update, values })
    } else {
      const values = [idHash, accountId ?? null, confirmedAt, factorAt, device ?? '', network ?? '', content]
      await this.#pool.query({ name: 'insert-session', text: insert, values: [...values, generation ?? 0] })
    }
  }

  async #read(id: string): Promise<FastifySessionObject | null> {
    const { rows } = await this.#pool.query<Row>({ name: 'read-session', text: read, values: [hashed(id)] })
    const [row] = rows
    if (!row) return null
    if (row.idle_seconds > noteUseAfterSeconds) await this.#noteUse(id)
    const { account_id, handle, confirmed_at, factor_at, device, network, content } = row
    const { email, name, role, has_factor: hasFactor } = row
    const session = {
      handle,
      device,
      network,
      content,
      ...(confirmed_at && { confirmedAt: confirmed_at.getTime() }),
      ...(factor_at && { factorAt: factor_at.getTime() }),
      ...(account_id !== null &&
        email !== null && {
          accountId: account_id,
          account: { id: account_id, email, name, role, hasFactor },
        }),
    }
    return session as unknown as FastifySessionObject
  }

  #end(id: string): Promise<unknown> {
    const text = 'delete from sessions where id_hash = $1'
    return this.#pool.query({ name: 'end-session', text, values: [hashed(id)] })
  }

  #noteUse(id: string): Promise<unknown> {
    const text = 'update sessions set used_at = now() where id_hash = $1'
    return this.#pool.query({ name: 'note-use', text, values: [hashed(id)] })
  }
}

const hashed = (id: string): Buffer => createHash('sha256').update(id).digest()

/** @fastify/session speaks in callbacks, and takes ENOENT, a socket of Postgres that is missing, for a lost session. */
function told(asked: Promise<unknown>, callback: Callback): void {
  asked.then(
    // oxlint-disable-next-line promise/no-callback-in-promise
    (answer) => callback(null, answer as FastifySessionObject | null),
    // oxlint-disable-next-line promise/no-callback-in-promise
    (error: unknown) => callback(refusalOf(error)),
  )
}
