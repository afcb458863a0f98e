import type { FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { record } from '../history/history.ts'
import type { SiteParts } from '../parts.ts'
import { provePassword } from '../passwords/change.ts'
import { renewConfirmed } from '../sessions/sign-in.ts'
import { clientOf, FactorNeeded, signedInToEnrol } from '../sessions/signed-in.ts'
import type { SignedIn } from '../sessions/store.ts'
import { methodsOf, type Method } from './methods.ts'
import { provePasskey } from './passkeys.ts'
import { useTypedFactor, type TypedFactor } from './proof.ts'
import type { Assertion } from './shapes.ts'
import { WrongCode } from './totp-enrolment.ts'

export interface Shown extends TypedFactor {
  password?: string | undefined
  passkey?: Static<typeof Assertion> | undefined
}

/** With what somebody who is signed in shows who it is: the password, where there is nothing better. */
export async function stepUpMethods(
  { db }: SiteParts,
  request: FastifyRequest,
): Promise<('password' | Method)[]> {
  const methods = await methodsOf(db, signedInToEnrol(request).id)
  return methods.length > 0 ? methods : ['password']
}

/** Shows once more who it is, for the ten minutes in which what matters may be changed; the session gets a new id. */
export async function stepUp(parts: SiteParts, request: FastifyRequest, shown: Shown): Promise<void> {
  const account = signedInToEnrol(request)
  const by = await methodShown(parts, request, account, shown)
  const client = clientOf(request)
  await parts.limits.take(['right', account.email])
  await record(parts.db, { accountId: account.id, event: 'confirmed', client, details: { by } })
  await renewConfirmed(parts, request, { factorShown: by !== 'password' })
}

async function methodShown(
  parts: SiteParts,
  request: FastifyRequest,
  account: SignedIn,
  { password, passkey, ...typed }: Shown,
): Promise<'password' | Method> {
  if (passkey) {
    await provePasskey(parts, request, passkey, (accountId) => accountId === account.id)
    return 'passkey'
  }
  if (typed.code || typed.recoveryCode) return typedFactor(parts, request, account, typed)
  if (account.hasFactor) throw new FactorNeeded()
  await provePassword(parts, request, password ?? '')
  return 'password'
}

async function typedFactor(
  parts: SiteParts,
  request: FastifyRequest,
  { id: accountId, email }: SignedIn,
  typed: TypedFactor,
): Promise<Method> {
  const { db, limits } = parts
  const client = clientOf(request)
  return limits.attempt([['code', `${accountId} signed in`]], async () => {
    const method = await db.begin((tx) => useTypedFactor(tx, parts, { accountId, email, client }, typed))
    if (method !== undefined) return method
    parts.counters.count('sign-in-failures')
    await record(db, { accountId, event: 'factor-failed', client })
    throw new WrongCode()
  })
}
