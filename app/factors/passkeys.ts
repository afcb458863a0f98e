import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { record } from '../history/history.ts'
import { refusal } from '../http/refusals.ts'
import type { SiteParts } from '../parts.ts'
import { admits } from '../sessions/admission.ts'
import type { Shown } from '../sessions/shown.ts'
import { openSession } from '../sessions/sign-in.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { challengeForMs, freshChallenge, useChallenge } from './challenges.ts'
import { findPending } from './pending-sign-in.ts'
import { relyingPartyOf } from './relying-party.ts'
import type { Assertion, RequestOptions } from './shapes.ts'

export const WrongPasskey = refusal('WRONG_PASSKEY', 403)

interface Stored {
  id: string
  accountId: string
  generation: number
  publicKey: Buffer
  counter: string
}

/** What a browser needs to sign with a passkey: any of the person's, or, where it is known who it is, one of theirs. */
export async function passkeyRequest(
  parts: SiteParts,
  request: FastifyRequest,
): Promise<Static<typeof RequestOptions>> {
  const { db, settings, site } = parts
  const challenge = await freshChallenge(parts, request)
  const accountId = request.session.accountId ?? (await findPending(db, request))?.accountId
  const known = await db<{ id: string; transports: string[] }[]>`
    select credential_id as id, transports from factors
    where account_id = ${accountId ?? null} and kind = 'passkey'`
  return {
    rpId: relyingPartyOf(settings, site),
    challenge,
    timeout: challengeForMs,
    userVerification: 'required',
    allowCredentials: known.map((passkey) => ({ type: 'public-key', ...passkey })),
  }
}

/** Signs in whoever holds a passkey: the device and the finger or PIN that it asked for are two factors. */
export async function signInWithPasskey(
  parts: SiteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  passkey: Static<typeof Assertion>,
): Promise<void> {
  const shown = await provePasskey(parts, request, passkey, (accountId) => admits(parts, accountId))
  await openSession(parts, request, reply, shown, { factorShown: true })
}

/** Whose passkey signed a challenge of this session, if it is somebody's who may; all others count as failures. */
export async function provePasskey(
  parts: SiteParts,
  request: FastifyRequest,
  passkey: Static<typeof Assertion>,
  mayBe: (accountId: string) => boolean | Promise<boolean>,
): Promise<Shown> {
  try {
    const shown = await signerOf(parts, request, passkey)
    if (!(await mayBe(shown.accountId))) throw new WrongPasskey()
    return shown
  } catch (error) {
    if (error instanceof WrongPasskey) parts.counters.count('sign-in-failures')
    throw error
  }
}

async function signerOf(
  { db, settings, site }: SiteParts,
  request: FastifyRequest,
  passkey: Static<typeof Assertion>,
): Promise<Shown> {
  const expectedChallenge = await useChallenge(db, request, passkey.response.clientDataJSON)
  if (expectedChallenge === undefined) throw new WrongPasskey()
  const [stored] = await db<[Stored?]>`
    select f.id, f.account_id, f.public_key, f.counter, a.generation from factors f join accounts a on a.id = f.account_id
    where f.credential_id = ${passkey.id} and a.status = 'active'`
  if (!stored) throw new WrongPasskey()
  const { id, accountId } = stored
  try {
    const counter = await counterOf(passkey, stored, {
      expectedChallenge,
      expectedOrigin: settings.origins[site],
      expectedRPID: relyingPartyOf(settings, site),
    })
    // Those that don't count say 0 each time; one that counts has to go on.
    const { count } = await db`
      update factors set counter = ${counter}, used_at = now()
      where id = ${id} and (counter < ${counter} or (counter = 0 and ${counter} = 0))`
    if (count === 0) throw new WrongPasskey()
  } catch (error) {
    if (error instanceof WrongPasskey) {
      const details = { factor: 'passkey' }
      await record(db, { accountId, event: 'factor-failed', client: clientOf(request), details })
    }
    throw error
  }
  return { accountId, generation: stored.generation }
}

interface Expected {
  expectedChallenge: string
  expectedOrigin: string
  expectedRPID: string
}

/** How often a passkey says that it signed, if it did sign what was expected. */
async function counterOf(
  passkey: Static<typeof Assertion>,
  { accountId, publicKey, counter }: Stored,
  expected: Expected,
): Promise<number> {
  const { userHandle } = passkey.response
  if (userHandle && userHandle !== handleOf(accountId)) throw new WrongPasskey()
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    ...expected,
    response: passkey as AuthenticationResponseJSON,
    credential: { id: passkey.id, publicKey: new Uint8Array(publicKey), counter: Number(counter) },
    requireUserVerification: true,
  }).catch((cause: unknown) => {
    // Whatever it dislikes is thrown as an error of no kind.
    throw new WrongPasskey({ cause })
  })
  if (!verified) throw new WrongPasskey()
  return authenticationInfo.newCounter
}

/** By what a passkey knows its account: random bytes, which tell nothing. */
export const handleOf = (accountId: string): string =>
  Buffer.from(accountId.replaceAll('-', ''), 'hex').toString('base64url')
