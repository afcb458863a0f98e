import type { FastifyRequest } from 'fastify'
import type { Static, TObject } from 'typebox'
import { leave } from '../accounts/deletion.ts'
import { voidAsked } from '../addresses/void-asked.ts'
import { removeAllFactors } from '../factors/factors.ts'
import { record, type Entry } from '../history/history.ts'
import { refusal } from '../http/refusals.ts'
import type { Template } from '../mail/composer.ts'
import type { Parts } from '../parts.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { actingAdmin } from './guard.ts'
import { another, holding, type Held } from './holding.ts'
import type { NewRole, Reason } from './shapes.ts'

const NotActive = refusal('NOT_ACTIVE', 409)

type ActParts = Pick<Parts, 'db' | 'outbox' | 'limits'>

/** What an admin does about one account; `fields` is what that asks for. */
export type Act<Fields extends TObject> = (
  parts: ActParts,
  request: FastifyRequest,
  id: string,
  fields: Static<Fields>,
) => Promise<unknown>

/** Keeps an account out: its sessions end, its links are void, and no later one lets it in. The owner reads the reason. */
export function disableAccount(
  parts: ActParts,
  request: FastifyRequest,
  id: string,
  { reason = '' }: Static<typeof Reason>,
): Promise<void> {
  return holding(parts, request, id, async (held) => {
    another(held)
    const { count } = await held.tx`
      update accounts set disabled_at = now(), status = case status when 'active' then 'disabled' else status end
      where id = ${id} and disabled_at is null`
    if (count === 0) return
    await voidAsked(held.tx, id)
    await held.tx`delete from links where account_id = ${id}`
    const ended = await endSessions(held.tx, id)
    await note(request, held, 'account-disabled', { ended, ...(reason && { reason }) })
    await write(parts, held, 'account-disabled', { reason })
  })
}

/** Lets an account in again; one that was leaving stays. */
export function enableAccount(parts: ActParts, request: FastifyRequest, id: string): Promise<void> {
  return holding(parts, request, id, async (held) => {
    const { count } = await held.tx`
      update accounts set status = 'active', disabled_at = null where id = ${id} and status <> 'active'`
    if (count === 0) return
    await held.tx`delete from links where account_id = ${id} and purpose = 'keep-account'`
    await note(request, held, 'account-enabled')
    await write(parts, held, 'account-enabled')
  })
}

/** Closes an account, for good in 14 days, unless its owner uses the mailed link to keep it. */
export function startDeletion(parts: ActParts, request: FastifyRequest, id: string): Promise<void> {
  return holding(parts, request, id, async (held) => {
    another(held)
    const { tx, actor, target } = held
    await leave(parts, tx, {
      accountId: id,
      email: target.email,
      client: clientOf(request),
      actorId: actor.id,
    })
  })
}

/** Has a link for a new password mailed to the owner; the admin sees neither. */
export async function startReset(parts: ActParts, request: FastifyRequest, id: string): Promise<void> {
  await holding(parts, request, id, async (held) => {
    if (held.target.status !== 'active') throw new NotActive()
    await parts.limits.within(held.tx).take(['resetByAdmin', held.target.email])
    await note(request, held, 'reset-asked')
    await write(parts, held, 'reset-by-admin')
  })
}

/**
 * Takes all factors and recovery codes from an account whose owner lost them: the admin has made sure who asks, by
 * more than a mail. Not from one's own: an admin keeps at least one.
 */
export function removeFactorsOf(parts: ActParts, request: FastifyRequest, id: string): Promise<void> {
  return holding(parts, request, id, async (held) => {
    another(held)
    const { tx, actor, target } = held
    const { email } = target
    await removeAllFactors(parts, tx, { accountId: id, email, client: clientOf(request), actorId: actor.id })
  })
}

/** Signs an account out everywhere; answers how many sessions ended. An admin's own present one goes on. */
export async function endSessionsOf(parts: ActParts, request: FastifyRequest, id: string): Promise<number> {
  let ended = 0
  await holding(parts, request, id, async (held) => {
    const present = held.actor.id === id ? request.session.handle : undefined
    ended = await endSessions(held.tx, id, present)
    await note(request, held, 'sessions-ended', { ended })
  })
  return ended
}

/** Makes an account an admin or a member; it signs in again, to what it may do now. */
export function changeRole(
  parts: ActParts,
  request: FastifyRequest,
  id: string,
  { role }: Static<typeof NewRole>,
): Promise<void> {
  return holding(parts, request, id, async (held) => {
    another(held)
    // Taking it away is never too early: least of all from an account that is kept out.
    if (role === 'admin' && held.target.status !== 'active') throw new NotActive()
    if (held.target.role === role) return
    await held.tx`update accounts set role = ${role} where id = ${id}`
    await endSessions(held.tx, id)
    await note(request, held, 'role-changed', { role })
    await write(parts, held, role === 'admin' ? 'made-admin' : 'made-member')
  })
}

/** Signs everybody out, everywhere, but the admin who asks for it; answers how many sessions ended. */
export async function endAllSessions({ db }: ActParts, request: FastifyRequest): Promise<number> {
  const { id } = actingAdmin(request)
  const { device, network } = clientOf(request)
  const present = request.session.handle ?? null
  const [{ ended }] = await db<[{ ended: number }]>`
    with raised as (
      -- Also whoever is half signed in has to begin again.
      update accounts set generation = generation + 1 returning id, generation
    ), kept as (
      update sessions s set generation = raised.generation from raised
      where s.account_id = raised.id and s.handle = ${present}::uuid
    ), ended as (
      delete from sessions where handle is distinct from ${present}::uuid returning account_id
    ), noted as (
      insert into history (account_id, event, actor_id, device, network, details)
      select account_id, 'sessions-ended', ${id}, ${device}, ${network}, jsonb_build_object('ended', count(*), 'everybody', true)
      from (select account_id from ended where account_id is not null) as theirs group by account_id
    )
    select count(account_id)::int as ended from ended`
  await record(db, {
    accountId: id,
    event: 'sessions-ended',
    client: { device, network },
    actorId: id,
    details: { ended, everybody: true },
  })
  return ended
}

function note(
  request: FastifyRequest,
  { tx, actor, target }: Held,
  event: Entry['event'],
  details: Entry['details'] = {},
): Promise<void> {
  return record(tx, { accountId: target.id, event, client: clientOf(request), actorId: actor.id, details })
}

function write(
  { outbox }: ActParts,
  { tx, target }: Held,
  template: Template,
  details: Record<string, string> = {},
): Promise<void> {
  return outbox.add({ template, recipient: target.email, accountId: target.id, details }, tx)
}
