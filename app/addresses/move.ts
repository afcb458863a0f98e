import type { FastifyRequest } from 'fastify'
import { record } from '../history/history.ts'
import { refusal } from '../http/refusals.ts'
import { lifetimes, LinkInvalid, peekLink, useLink } from '../links/links.ts'
import type { Parts } from '../parts.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { renewSession } from '../sessions/sign-in.ts'
import { clientOf, confirmed, signedIn } from '../sessions/signed-in.ts'
import { texts } from '../texts/en.ts'
import { refuseTaken } from './taken.ts'
import { voidAsked } from './void-asked.ts'

const InvalidInput = refusal('INVALID_INPUT', 400)

/**
 * Notes where an account wants to go, and writes to both addresses. The answer and its statements are the same whether
 * the new one is taken: that is found out when its mail is sent, and once more when it is confirmed.
 */
export async function askForMove(parts: Parts, request: FastifyRequest, email: string): Promise<void> {
  const { db, limits, outbox } = parts
  const account = confirmed(request)
  const client = clientOf(request)
  if (email === account.email) throw new InvalidInput({ fields: { email: texts.fields.sameEmail } })
  await limits.take(['move', account.id], ['moveTo', email], ['mailFrom', client.network])
  await db.begin(async (tx) => {
    await tx`select from accounts where id = ${account.id} for update`
    // The newest wish counts; the codes of those before it go with them.
    await tx`delete from address_changes where account_id = ${account.id} and former is null`
    const [{ id }] = await tx<[{ id: string }]>`
      insert into address_changes (account_id, email, expires_at)
      values (${account.id}, ${email}, now() + ${lifetimes['confirm-address']}::interval) returning id`
    await record(tx, { accountId: account.id, event: 'address-change-asked', client })
    const letter = { accountId: account.id }
    await outbox.add(
      { ...letter, template: 'confirm-address', recipient: email, details: { change: id } },
      tx,
    )
    await outbox.add(
      {
        ...letter,
        template: 'address-change-asked',
        recipient: account.email,
        details: { device: client.device, address: email },
      },
      tx,
    )
  })
}

/**
 * Moves the account that is signed in, with the code from the new address. By that session only: whoever reads a mail
 * that a stranger had sent to them can't be led into giving their address to the stranger's account.
 */
export async function confirmMove(parts: Parts, request: FastifyRequest, token: string): Promise<void> {
  const { db, limits, outbox } = parts
  const { id } = signedIn(request)
  const client = clientOf(request)
  const move = (): Promise<void> =>
    db.begin(async (tx) => {
      const [account] = await tx<[{ email: string }?]>`
        select email from accounts where id = ${id} and status = 'active' for update`
      const link = await peekLink(tx, 'confirm-address', token)
      if (!account || link?.accountId !== id) throw new LinkInvalid()
      const { changeId } = await useLink(tx, 'confirm-address', token)
      const [change] = await tx<[{ email: string }?]>`
        update address_changes set former = ${account.email}, expires_at = now() + ${lifetimes['undo-address']}::interval
        where id = ${changeId} and former is null and expires_at > now() returning email`
      if (!change) throw new LinkInvalid()
      await tx`update accounts set email = ${change.email} where id = ${id}`
      // Whoever reads the old mailbox, or sits in a session elsewhere, is left behind.
      await voidAsked(tx, id)
      await endSessions(tx, id, request.session.handle)
      await record(tx, { accountId: id, event: 'address-changed', client })
      await outbox.add({ template: 'address-changed', recipient: account.email, accountId: id }, tx)
    })
  await limits.attempt([['link', client.network]], () => move().catch(refuseTaken))
  await renewSession(parts, request)
}
