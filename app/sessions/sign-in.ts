import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../database/connect.ts'
import type { Method } from '../factors/methods.ts'
import { beginSecondStep } from '../factors/pending-sign-in.ts'
import { refusal } from '../http/refusals.ts'
import { freshToken, hashOf } from '../links/links.ts'
import type { SiteParts } from '../parts.ts'
import { checkCredentials, type Credentials } from './credentials.ts'
import { deviceTokenOf } from './devices.ts'
import { siteCookie } from './plugin.ts'
import type { Shown } from './shown.ts'
import { clientOf } from './signed-in.ts'

export const WrongCredentials = refusal('WRONG_CREDENTIALS', 401)
const deviceDays = 400

/** What follows the right password; of `methods` one is to be shown, or enrolled. */
export interface SignInStep {
  next: 'done' | 'second-factor' | 'enrol-factor'
  methods: Method[]
}

/** Opens a session for an address and its password; where there is a second factor that has to be shown first. */
export async function signIn(
  parts: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  credentials: Credentials,
): Promise<SignInStep> {
  const shown = await checkCredentials(parts, request, credentials)
  if (shown === undefined) {
    parts.counters.count('sign-in-failures')
    await noteFailure(parts.db, request, credentials.email)
    throw new WrongCredentials()
  }
  const { methods } = shown
  if (methods.length > 0) {
    await endBefore(request)
    await beginSecondStep(parts.db, request, shown)
    return { next: 'second-factor', methods }
  }
  const { role } = await openSession(parts, request, reply, shown, { factorShown: false })
  // They are signed in, but to nothing else than that.
  return role === 'admin'
    ? { next: 'enrol-factor', methods: ['totp', 'passkey'] }
    : { next: 'done', methods: [] }
}

/** One statement for addresses with and without an account: it takes as long. */
async function noteFailure(db: Db, request: FastifyRequest, email: string): Promise<void> {
  const { device, network } = clientOf(request)
  await db`
    insert into history (account_id, event, device, network)
    select id, 'sign-in-failed', ${device}, ${network} from accounts where email_key = lower(${email})`
  request.log.info({ event: 'sign-in-failed', network }, 'a sign-in failed')
}

/** Gives somebody who has shown every factor a session with an id of its own; the one before ends. */
export async function openSession(
  parts: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId, generation }: Shown,
  { factorShown }: { factorShown: boolean },
): Promise<{ role: 'member' | 'admin' }> {
  await endBefore(request)
  const { device, network } = clientOf(request)
  const now = Date.now()
  Object.assign(request.session, { accountId, generation, confirmedAt: now, device, network, content: {} })
  if (factorShown) request.session.factorAt = now
  const signedIn = await noteSignIn(parts, request, reply, accountId)
  parts.counters.count('sign-ins')
  request.log.info({ event: 'signed-in', account: accountId }, 'signed in')
  return signedIn
}

/** Whoever signs in leaves the session behind that the browser came with. */
async function endBefore(request: FastifyRequest): Promise<void> {
  // One that was never stored has an id that nobody has seen.
  if (request.session.handle !== undefined) await request.session.regenerate()
}

/** A new id at every change of what a session may do; refuses where it was ended meanwhile. */
export async function renewSession(
  parts: Pick<SiteParts, 'sessions'>,
  request: FastifyRequest,
): Promise<void> {
  const { session } = request
  if (session.handle === undefined) return
  session.renews = session.sessionId
  parts.sessions.willRenew(session.sessionId)
  await session.regenerate([...kept, 'renews'])
}

const kept = ['accountId', 'account', 'confirmedAt', 'factorAt', 'device', 'network', 'content', 'handle']

/** The same person goes on under a new id, having shown just now who it is. */
export async function renewConfirmed(
  parts: Pick<SiteParts, 'sessions'>,
  request: FastifyRequest,
  { factorShown }: { factorShown: boolean },
): Promise<void> {
  await renewSession(parts, request)
  const now = Date.now()
  request.session.confirmedAt = now
  if (factorShown) request.session.factorAt = now
}

async function noteSignIn(
  parts: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  accountId: string,
): Promise<{ role: 'member' | 'admin' }> {
  const { db, outbox } = parts
  const { device, network } = clientOf(request)
  const given = deviceTokenOf(parts, request)
  const token = given !== undefined && /^[\w-]{43}$/.test(given) ? given : freshToken()
  const [seen] = await db<[{ fresh: boolean; others: boolean; email: string; role: 'member' | 'admin' }]>`
    with seen as (
      insert into devices (account_id, token_hash, label) values (${accountId}, ${hashOf(token)}, ${device})
      on conflict (account_id, token_hash) do update set seen_at = now(), label = excluded.label
      returning xmax = 0 as fresh
    ), noted as (
      insert into history (account_id, event, device, network) values (${accountId}, 'signed-in', ${device}, ${network})
    )
    select fresh, email, role, exists (
      select from history h where h.account_id = a.id and h.event = 'signed-in') as others
    from seen, accounts a where a.id = ${accountId}`
  // To the very first browser of an account there is nobody else who could be told. The history knows which that is;
  // the browsers may have been forgotten.
  if (seen.fresh && seen.others)
    await outbox.add({ template: 'new-device', recipient: seen.email, accountId, details: { device } })
  if (token !== given) {
    const { name, attributes } = siteCookie(parts, 'device')
    reply.setCookie(name, token, { ...attributes, maxAge: deviceDays * 24 * 60 * 60 })
  }
  return { role: seen.role }
}
