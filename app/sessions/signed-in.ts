import type { FastifyRequest } from 'fastify'
import { deviceOf, networkOf } from '../http/client.ts'
import { refusal } from '../http/refusals.ts'
import type { Client } from '../history/history.ts'
import type { SignedIn } from './store.ts'

const NotSignedIn = refusal('NOT_SIGNED_IN', 401)
const ConfirmFirst = refusal('CONFIRM_FIRST', 403)
export const EnrolFactorFirst = refusal('ENROL_FACTOR_FIRST', 403)
export const FactorNeeded = refusal('FACTOR_NEEDED', 403)

/** How long somebody who just showed who they are may change what matters. */
export const confirmedForMs = 10 * 60 * 1000

/** Whose request it is; refuses those who are not signed in, and admins who have shown no second factor. */
export function signedIn(request: FastifyRequest): SignedIn {
  const account = signedInToEnrol(request)
  if (account.role === 'admin') {
    if (!account.hasFactor) throw new EnrolFactorFirst()
    if (request.session.factorAt === undefined) throw new FactorNeeded()
  }
  return account
}

/** The same, also for an admin without a factor: for the little that leads to one. */
export function signedInToEnrol({ session }: FastifyRequest): SignedIn {
  if (!session.account || !session.accountId) throw new NotSignedIn()
  return session.account
}

/** Who is signed in and showed it within ten minutes: by a factor where there is one, else by the password. */
export function confirmed(request: FastifyRequest): SignedIn {
  return confirmedAs(signedIn, request)
}

/** The same, also for an admin without a factor. */
export function confirmedToEnrol(request: FastifyRequest): SignedIn {
  return confirmedAs(signedInToEnrol, request)
}

function confirmedAs(whose: typeof signedIn, request: FastifyRequest): SignedIn {
  const account = whose(request)
  if (!isConfirmed(request)) throw new ConfirmFirst()
  return account
}

export function isConfirmed({ session }: FastifyRequest): boolean {
  const shownAt = session.account?.hasFactor ? session.factorAt : session.confirmedAt
  const age = Date.now() - (shownAt ?? 0)
  // Of a time to come: the clock was ahead, and nobody knows how long ago it is.
  return age >= 0 && age < confirmedForMs
}

export function clientOf(request: FastifyRequest): Client {
  return { device: deviceOf(request.headers['user-agent']), network: networkOf(request.ip) }
}
