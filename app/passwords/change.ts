import type { FastifyRequest } from 'fastify'
import { contextOf } from '../accounts/sign-up.ts'
import { voidAsked } from '../addresses/void-asked.ts'
import { record } from '../history/history.ts'
import { refusal } from '../http/refusals.ts'
import type { Parts } from '../parts.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { renewConfirmed } from '../sessions/sign-in.ts'
import { clientOf, signedIn, signedInToEnrol } from '../sessions/signed-in.ts'
import { checkPassword } from './rules.ts'

export const WrongPassword = refusal('WRONG_PASSWORD', 403)

export interface PasswordChange {
  currentPassword: string
  newPassword: string
}

/** Changes a password that is known; all other sessions end, this one gets a new id. */
export async function changePassword(
  parts: Parts,
  request: FastifyRequest,
  { currentPassword, newPassword }: PasswordChange,
): Promise<void> {
  const { db, passwords, common, limits, outbox } = parts
  const { id, email, name } = signedIn(request)
  const client = clientOf(request)
  checkPassword(newPassword, common, contextOf(parts, email, name))
  await provePassword(parts, request, currentPassword)
  const hashed = await passwords.hash(newPassword, client.network)
  await db.begin(async (tx) => {
    await limits.within(tx).take(['change', id])
    await passwords.set(id, hashed, tx)
    await endSessions(tx, id, request.session.handle)
    await voidAsked(tx, id)
    await record(tx, { accountId: id, event: 'password-changed', client })
    await outbox.add(
      { template: 'password-changed', recipient: email, accountId: id, details: { device: client.device } },
      tx,
    )
  })
  await renewConfirmed(parts, request, { factorShown: false })
}

/** Whoever is signed in shows the password once more; wrong ones are counted. */
export async function provePassword(
  { limits, passwords, counters }: Parts,
  request: FastifyRequest,
  password: string,
): Promise<void> {
  const { id, email } = signedInToEnrol(request)
  await limits.attempt([['device', `${email} signed in`]], async () => {
    if (await passwords.isOf(id, password, clientOf(request).network)) return
    counters.count('sign-in-failures')
    throw new WrongPassword()
  })
}
