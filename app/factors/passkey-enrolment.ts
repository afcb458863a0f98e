import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import type { FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { refusal } from '../http/refusals.ts'
import type { SiteParts } from '../parts.ts'
import { clientOf, confirmedToEnrol } from '../sessions/signed-in.ts'
import { renewConfirmed } from '../sessions/sign-in.ts'
import { noteAdded } from './added.ts'
import { challengeForMs, freshChallenge, useChallenge } from './challenges.ts'
import { methodsOf } from './methods.ts'
import { handleOf, WrongPasskey } from './passkeys.ts'
import { relyingPartyOf } from './relying-party.ts'
import type { Attestation, CreationOptions } from './shapes.ts'

const FactorsFull = refusal('FACTORS_FULL', 409)
const mostPasskeys = 20
/** EdDSA, ES256, RS256: https://www.iana.org/assignments/cose */
const algorithms = [-8, -7, -257]

/** What a browser needs to make a passkey: one that it finds by itself, and that asks for a finger or a PIN. */
export async function passkeyCreation(
  parts: SiteParts,
  request: FastifyRequest,
): Promise<Static<typeof CreationOptions>> {
  const { db, settings, site } = parts
  const { id: accountId, email, name } = confirmedToEnrol(request)
  const challenge = await freshChallenge(parts, request)
  const known = await db<{ id: string; transports: string[] }[]>`
    select credential_id as id, transports from factors where account_id = ${accountId} and kind = 'passkey'`
  return {
    rp: { id: relyingPartyOf(settings, site), name: settings.name },
    user: { id: handleOf(accountId), name: email, displayName: name || email },
    challenge,
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: challengeForMs,
    attestation: 'none',
    excludeCredentials: known.map((passkey) => ({ type: 'public-key', ...passkey })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
  }
}

/** Adds a passkey that signed the challenge of this session; with the first factor come recovery codes. */
export async function addPasskey(
  parts: SiteParts,
  request: FastifyRequest,
  { name, passkey }: { name?: string; passkey: Static<typeof Attestation> },
): Promise<{ id: string; recoveryCodes?: string[] }> {
  const { db } = parts
  const account = confirmedToEnrol(request)
  const client = clientOf(request)
  const owner = { accountId: account.id, email: account.email, client }
  const { id: credentialId, publicKey, counter } = await verified(parts, request, passkey)
  const added = await db.begin(async (tx) => {
    // One at a time, so that only one of several is the first.
    await tx`select from accounts where id = ${account.id} for no key update`
    const [{ passkeys }] = await tx<[{ passkeys: number }]>`
      select count(*)::int as passkeys from factors where account_id = ${account.id} and kind = 'passkey'`
    if (passkeys >= mostPasskeys) throw new FactorsFull()
    const first = (await methodsOf(tx, account.id)).length === 0
    const [made] = await tx<[{ id: string }?]>`
      insert into factors (account_id, kind, name, credential_id, public_key, counter, transports, used_at)
      values (${account.id}, 'passkey', ${name || client.device}, ${credentialId}, ${Buffer.from(publicKey)},
        ${counter}, ${passkey.response.transports ?? []}::text[], now())
      on conflict (credential_id) do nothing returning id`
    if (!made) throw new WrongPasskey()
    return { id: made.id, ...(await noteAdded(tx, parts, owner, { kind: 'passkey', first })) }
  })
  request.session.account = { ...account, hasFactor: true }
  await renewConfirmed(parts, request, { factorShown: true })
  return added
}

async function verified(
  { db, settings, site }: SiteParts,
  request: FastifyRequest,
  passkey: Static<typeof Attestation>,
) {
  const expectedChallenge = await useChallenge(db, request, passkey.response.clientDataJSON)
  if (expectedChallenge === undefined) throw new WrongPasskey()
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: passkey as RegistrationResponseJSON,
      expectedChallenge,
      expectedOrigin: settings.origins[site],
      expectedRPID: relyingPartyOf(settings, site),
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    })
    if (registrationInfo) return registrationInfo.credential
  } catch (cause) {
    // Whatever it dislikes is thrown as an error of no kind.
    throw new WrongPasskey({ cause })
  }
  throw new WrongPasskey()
}
