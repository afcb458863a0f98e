import type { FastifyRequest } from 'fastify'
import { refusal } from '../http/refusals.ts'
import { confirmed, signedIn } from '../sessions/signed-in.ts'
import type { SignedIn } from '../sessions/store.ts'

export const NotAllowed = refusal('NOT_ALLOWED', 403)

/** Whose request it is, if that is an admin at this moment who has shown a second factor in this session. */
export function admin(request: FastifyRequest): SignedIn {
  // Refuses an admin without a factor, and a session in which none was shown.
  const account = signedIn(request)
  if (account.role !== 'admin') throw new NotAllowed()
  return account
}

/** The same, for what changes something: within ten minutes of showing who it is. */
export function actingAdmin(request: FastifyRequest): SignedIn {
  admin(request)
  return confirmed(request)
}
