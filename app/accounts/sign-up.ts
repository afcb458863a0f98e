import type { Client } from '../history/history.ts'
import { record } from '../history/history.ts'
import { refusal } from '../http/refusals.ts'
import { hashOf, LinkInvalid } from '../links/links.ts'
import type { Parts } from '../parts.ts'
import { checkPassword } from '../passwords/rules.ts'

const SignUpsOff = refusal('SIGN_UPS_OFF', 403)
const lifetime = '24 hours'

export interface SignUp {
  email: string
  password: string
  name?: string
}

/** Notes who wants an account; whether the address has one already is found out when the mail is sent. */
export async function signUp(
  parts: Parts,
  client: Client,
  { email, password, name = '' }: SignUp,
): Promise<void> {
  const { db, passwords, limits, outbox, common } = parts
  whileOpen(parts)
  checkPassword(password, common, contextOf(parts, email, name))
  await limits.take(['mailTo', email], ['mailFrom', client.network])
  const { scheme, cost, salt, digest } = await passwords.hash(password, client.network)
  await db.begin(async (tx) => {
    const [wish] = await tx<[{ id: string }]>`
      insert into sign_ups (email, name, scheme, cost, salt, digest, expires_at)
      values (${email}, ${name}, ${scheme}, ${cost}, ${salt}, ${digest}, now() + ${lifetime}::interval) returning id`
    await outbox.add({ template: 'sign-up', recipient: email, details: { signUp: wish.id } }, tx)
  })
}

/** Refuses everybody where accounts are not to be had by asking. */
export function whileOpen({ settings }: Pick<Parts, 'settings'>): void {
  if (!settings.signUps) throw new SignUpsOff()
}

/** Makes the account, once the code shows that its owner reads the mails of the address. */
export async function activate(parts: Parts, client: Client, token: string): Promise<void> {
  const { db, limits, counters } = parts
  // Also for those who asked before it was switched off.
  whileOpen(parts)
  await limits.attempt([['link', client.network]], async () => {
    await db.begin(async (tx) => {
      const [{ id }] = await tx<[{ id: string | null }]>`select activate(${hashOf(token)}) as id`
      if (id === null) throw new LinkInvalid()
      await record(tx, { accountId: id, event: 'account-created', client })
    })
  })
  counters.count('sign-ups')
}

/** What a password may not be made of. */
export function contextOf({ settings }: Pick<Parts, 'settings'>, email: string, name: string): string[] {
  return [email, name, settings.name, new URL(settings.origins.app).hostname]
}
