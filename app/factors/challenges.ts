import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Db } from '../database/connect.ts'
import { hashOf } from '../links/links.ts'
import type { Parts } from '../parts.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { sessionLimits } from '../sessions/store.ts'
import { keyOf, storeSession } from './pending-sign-in.ts'

/** As long as a challenge lives in the database. */
export const challengeForMs = 5 * 60 * 1000

/** 256 random bits to be signed in this session; a row of its own, because a session's content can be written twice. */
export async function freshChallenge({ db, limits }: Parts, request: FastifyRequest): Promise<string> {
  await limits.take(['challenge', clientOf(request).network])
  const challenge = randomBytes(32).toString('base64url')
  await storeSession(request)
  await db`delete from challenges where expires_at < now()`
  // A page of sign-in that stood open for a while gives as much time as a fresh one.
  await db`
    with kept as (
      update sessions set expires_at = now() + ${sessionLimits.visitor}::interval
      where id_hash = ${keyOf(request)} and account_id is null
    )
    insert into challenges (challenge_hash, id_hash)
    values (${hashOf(challenge)}, ${keyOf(request)})`
  return challenge
}

/** Uses up the challenge that a browser says it signed, in one statement; undefined where it is none of this session. */
export async function useChallenge(
  db: Db,
  request: FastifyRequest,
  clientDataJSON: string,
): Promise<string | undefined> {
  const challenge = challengeIn(clientDataJSON)
  if (challenge === undefined) return undefined
  const { count } = await db`
    delete from challenges
    where challenge_hash = ${hashOf(challenge)} and id_hash = ${keyOf(request)} and expires_at > now()`
  return count === 1 ? challenge : undefined
}

function challengeIn(clientDataJSON: string): string | undefined {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as {
      challenge?: unknown
    }
    return typeof challenge === 'string' ? challenge : undefined
  } catch {
    return undefined
  }
}
