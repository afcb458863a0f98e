import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../database/connect.ts'
import { methodsOf, type Method } from '../factors/methods.ts'
import { beginSecondStep } from '../factors/pending-sign-in.ts'
import { refusal } from '../http/refusals.ts'
import type { Bucket } from '../limits/limits.ts'
import { freshToken, hashOf } from '../links/links.ts'
import type { SiteParts } from '../parts.ts'
import { admits } from './admission.ts'
import { cookieName } from './plugin.ts'
import type { Shown } from './shown.ts'
import { clientOf } from './signed-in.ts'

export const WrongCredentials = refusal('WRONG_CREDENTIALS', 401)
const deviceDays = 400

interface Credentials {
  email: string
  password: string
}

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
  { email, password }: Credentials,
): Promise<SignInStep> {
  const { db, passwords, limits } = parts
  const tries = await triesFor(parts, request, email)
  await limits.take(...tries)
  const found = await passwords.accountOf(email, password)
  const accountId = found?.accountId
  const admitted = await admits(parts, accountId)
  if (found === undefined || accountId === undefined || !admitted) {
    parts.counters.count('sign-in-failures')
    await noteFailure(db, request, email)
    throw new WrongCredentials()
  }
  await limits.giveBack(...tries)
  const methods = await methodsOf(db, accountId)
  if (methods.length > 0) {
    await endBefore(request)
    await beginSecondStep(db, request, found)
    return { next: 'second-factor', methods }
  }
  const { role } = await openSession(parts, request, reply, found, { factorShown: false })
  // They are signed in, but to nothing else than that.
  return role === 'admin'
    ? { next: 'enrol-factor', methods: ['totp', 'passkey'] }
    : { next: 'done', methods: [] }
}

/** Where wrong passwords are counted: a browser that the account knows has a count of its own. */
async function triesFor(
  { db, settings, site }: SiteParts,
  request: FastifyRequest,
  email: string,
): Promise<Bucket[]> {
  const network: Bucket = ['network', clientOf(request).network]
  const token = request.cookies[deviceCookie(settings.origins[site])]
  if (token === undefined) return [['account', email], network]
  const hash = hashOf(token)
  const [known] = await db`
    select from devices d join accounts a on a.id = d.account_id
    where a.email_key = lower(${email}) and d.token_hash = ${hash}`
  return [known ? ['device', `${email} ${hash.toString('base64')}`] : ['account', email], network]
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

/** What a browser is known by to an account that was signed in to from it. */
export async function knownDeviceOf(
  { db, settings, site }: SiteParts,
  request: FastifyRequest,
  accountId: string,
): Promise<string | undefined> {
  const token = request.cookies[deviceCookie(settings.origins[site])]
  if (token === undefined) return undefined
  const hash = hashOf(token)
  const [known] = await db`select from devices where account_id = ${accountId} and token_hash = ${hash}`
  return known && hash.toString('base64')
}

async function noteSignIn(
  { db, outbox, settings, site }: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  accountId: string,
): Promise<{ role: 'member' | 'admin' }> {
  const { device, network } = clientOf(request)
  const name = deviceCookie(settings.origins[site])
  const given = request.cookies[name]
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
  if (token !== given)
    reply.setCookie(name, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: settings.origins[site].startsWith('https:'),
      maxAge: deviceDays * 24 * 60 * 60,
    })
  return { role: seen.role }
}

const deviceCookie = (origin: string): string => cookieName('device', origin.startsWith('https:'))
