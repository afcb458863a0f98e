import { randomBytes, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { refusal } from '../http/refusals.ts'
import type { Parts } from '../parts.ts'
import { clientOf, confirmedToEnrol, signedInToEnrol } from '../sessions/signed-in.ts'
import { renewConfirmed } from '../sessions/sign-in.ts'
import { noteAdded } from './added.ts'
import { methodsOf } from './methods.ts'
import { seal, unseal } from './sealed.ts'
import { shownAs, stepOf } from './totp.ts'

export const WrongCode = refusal('WRONG_CODE', 403)
const secretBytes = 20
const waitsForMs = 15 * 60 * 1000

/** A secret that was shown and waits for a code which says that the app has it; kept in the session until then. */
interface Enrolment {
  id: string
  sealed: string
  until: number
}

export interface ShownSecret {
  /** In groups of four, for people who type it. */
  secret: string
  uri: string
  /** An SVG. */
  qr: string
}

/** Makes a secret for an authenticator app; it counts only once a code of it was shown. */
export async function enrolTotp({ settings }: Parts, request: FastifyRequest): Promise<ShownSecret> {
  const { id: accountId, email } = confirmedToEnrol(request)
  const secret = randomBytes(secretBytes)
  const totp: Enrolment = {
    id: randomUUID(),
    sealed: seal(secret, settings.secret, accountId).toString('base64'),
    until: Date.now() + waitsForMs,
  }
  request.session.content = { ...request.session.content, totp }
  return shownAs(secret, { issuer: settings.name, label: email })
}

/** The secret that waits for its code, to be shown once more beside an error. */
export async function pendingTotp(
  { settings }: Parts,
  request: FastifyRequest,
): Promise<ShownSecret | undefined> {
  const { id: accountId, email } = confirmedToEnrol(request)
  const waiting = waitingIn(request)
  if (!waiting) return undefined
  const secret = unseal(Buffer.from(waiting.sealed, 'base64'), settings.secret, accountId)
  return shownAs(secret, { issuer: settings.name, label: email })
}

/** Makes the app count, in the place of one that was there before; with the first factor come recovery codes. */
export async function confirmTotp(
  parts: Parts,
  request: FastifyRequest,
  code: string,
): Promise<{ recoveryCodes?: string[] }> {
  const { db, settings } = parts
  const account = signedInToEnrol(request)
  const owner = { accountId: account.id, email: account.email, client: clientOf(request) }
  const waiting = waitingIn(request)
  if (!waiting) throw new WrongCode()
  const secret = unseal(Buffer.from(waiting.sealed, 'base64'), settings.secret, account.id)
  const added = await db.begin(async (tx) => {
    // One at a time, so that only one of several is the first.
    const [{ nowMs }] = await tx<[{ nowMs: number }]>`
      select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms from accounts
      where id = ${account.id} for no key update`
    const step = await stepOf(code, secret, nowMs)
    if (step === undefined) throw new WrongCode()
    const first = (await methodsOf(tx, account.id)).length === 0
    const replaced = await tx<{ id: string }[]>`
      delete from factors where account_id = ${account.id} and kind = 'totp' returning id`
    // Sent twice at once, the second finds that it is done; nothing of it stays.
    if (replaced.some(({ id }) => id === waiting.id)) throw new WrongCode()
    await tx`
      insert into factors (id, account_id, kind, secret, last_step, used_at)
      values (${waiting.id}, ${account.id}, 'totp', ${seal(secret, settings.secret, account.id)}, ${step}, now())`
    return noteAdded(tx, parts, owner, { kind: 'totp', first })
  })
  const { totp: _done, ...content } = request.session.content ?? {}
  Object.assign(request.session, { content, account: { ...account, hasFactor: true } })
  await renewConfirmed(parts, request, { factorShown: true })
  return added
}

function waitingIn({ session }: FastifyRequest): Enrolment | undefined {
  const waiting = session.content?.['totp'] as Enrolment | undefined
  return waiting && waiting.until > Date.now() ? waiting : undefined
}
