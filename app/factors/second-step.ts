import type { FastifyReply, FastifyRequest } from 'fastify'
import { record } from '../history/history.ts'
import { refusal } from '../http/refusals.ts'
import type { SiteParts } from '../parts.ts'
import { admits } from '../sessions/admission.ts'
import { knownDeviceOf } from '../sessions/devices.ts'
import { openSession } from '../sessions/sign-in.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { methodsOf, type Method } from './methods.ts'
import { endPending, findPending, spendTry } from './pending-sign-in.ts'
import { useTypedFactor, type TypedFactor } from './proof.ts'
import type { Owner } from './recovery-codes.ts'
import { WrongCode } from './totp-enrolment.ts'

export const SignInAgain = refusal('SIGN_IN_AGAIN', 401)

/** What a sign-in that is under way can be ended with; nothing where there is none. */
export async function pendingMethods({ db }: SiteParts, request: FastifyRequest): Promise<Method[]> {
  const pending = await findPending(db, request)
  return pending ? methodsOf(db, pending.accountId) : []
}

/** Ends a sign-in with a code; after five wrong ones, or ten minutes, it begins anew with the password. */
export async function passSecondFactor(
  parts: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  typed: TypedFactor,
): Promise<void> {
  const { db, limits } = parts
  const pending = await findPending(db, request)
  if (!pending || !(await admits(parts, pending.accountId))) throw new SignInAgain()
  const owner = { ...pending, client: clientOf(request) }
  // A browser that the account knows has tries of its own: who stole the password can't use up those of the owner.
  const device = (await knownDeviceOf(parts, request, pending.accountId)) ?? 'unknown'
  await limits.attempt([['code', `${pending.accountId} ${device}`]], async () => {
    const triesLeft = await spendTry(db, request)
    if (triesLeft === undefined) throw new SignInAgain()
    const shown = await db.begin((tx) => useTypedFactor(tx, parts, owner, typed))
    if (shown !== undefined) return
    parts.counters.count('sign-in-failures')
    await noteWrongCode(parts, request, owner, triesLeft)
    throw triesLeft > 0 ? new WrongCode() : new SignInAgain()
  })
  await openSession(parts, request, reply, pending, { factorShown: true })
}

async function noteWrongCode(
  { db, outbox }: SiteParts,
  request: FastifyRequest,
  { accountId, email, client }: Owner,
  triesLeft: number,
): Promise<void> {
  request.log.info({ event: 'factor-failed', account: accountId }, 'a second factor was wrong')
  if (triesLeft > 0) return record(db, { accountId, event: 'factor-failed', client })
  await db.begin(async (tx) => {
    await endPending(tx, request)
    // Whoever goes on guessing makes one mail a day.
    const [told] = await tx`
      select from history where account_id = ${accountId} and event = 'factor-failed'
        and details @> '{"ended": true}' and at > now() - interval '1 day' limit 1`
    await record(tx, { accountId, event: 'factor-failed', client, details: { ended: true } })
    if (told) return
    const details = { device: client.device }
    await outbox.add({ template: 'wrong-codes', recipient: email, accountId, details }, tx)
  })
}
