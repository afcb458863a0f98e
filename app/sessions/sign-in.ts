import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Method } from '../factors/methods.ts'
import { beginSecondStep } from '../factors/pending-sign-in.ts'
import { refusal } from '../http/refusals.ts'
import type { SiteParts } from '../parts.ts'
import { arriving, arrivingToken, welcome, type Arrival } from './arrival.ts'
import { checkCredentials, type Credentials } from './credentials.ts'
import type { Shown } from './shown.ts'
import { clientOf } from './signed-in.ts'

export const WrongCredentials = refusal('WRONG_CREDENTIALS', 401)

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
    throw new WrongCredentials()
  }
  const { methods } = shown
  if (methods.length > 0) {
    await endBefore(request)
    await beginSecondStep(parts.db, request, shown)
    return { next: 'second-factor', methods }
  }
  const { role } = await openSession(parts, request, reply, shown, { factorShown: false, arrived: shown })
  // They are signed in, but to nothing else than that.
  return role === 'admin'
    ? { next: 'enrol-factor', methods: ['totp', 'passkey'] }
    : { next: 'done', methods: [] }
}

/** That somebody came, as it is noted already. */
interface Arrived {
  token: string
  arrival: Arrival
}

/** Gives somebody who has shown every factor a session with an id of its own; the one before ends. */
export async function openSession(
  parts: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { accountId, generation }: Shown,
  { factorShown, arrived }: { factorShown: boolean; arrived?: Arrived },
): Promise<Pick<Arrival, 'role'>> {
  await endBefore(request)
  const { device, network } = clientOf(request)
  const now = Date.now()
  Object.assign(request.session, { accountId, generation, confirmedAt: now, device, network, content: {} })
  if (factorShown) request.session.factorAt = now
  const { token, arrival } = arrived ?? (await noteArrival(parts, request, accountId))
  await welcome(parts, request, reply, { accountId, token, arrival })
  parts.counters.count('sign-ins')
  request.log.info({ event: 'signed-in', account: accountId }, 'signed in')
  return arrival
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

/** Notes a sign-in whose last step was not the password. */
async function noteArrival(parts: SiteParts, request: FastifyRequest, accountId: string): Promise<Arrived> {
  const { db } = parts
  const token = arrivingToken(parts, request)
  const [arrival] = await db<[Arrival]>`
    select * from ${arriving(parts, request, token, db`${accountId}::uuid`)}`
  return { token, arrival }
}
