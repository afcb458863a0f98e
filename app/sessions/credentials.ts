import type { FastifyRequest } from 'fastify'
import type { Method } from '../factors/methods.ts'
import { refuseFor, type Bucket } from '../limits/limits.ts'
import type { SiteParts } from '../parts.ts'
import type { Terms } from '../passwords/hashing.ts'
import { admitted } from './admission.ts'
import { deviceHashOf } from './devices.ts'
import type { Shown } from './shown.ts'
import { clientOf } from './signed-in.ts'

export interface Credentials {
  email: string
  password: string
}

/** Who has shown the right password, and by what methods else they can show who they are. */
export interface ShownByPassword extends Shown {
  methods: Method[]
}

const nobody = '00000000-0000-0000-0000-000000000000'

/**
 * Whose an address and a password are; wrong ones are counted, right ones are not. One statement before hashing and one
 * after it, the same with an account and without: how long they take tells nothing.
 */
export async function checkCredentials(
  parts: SiteParts,
  request: FastifyRequest,
  { email, password }: Credentials,
): Promise<ShownByPassword | undefined> {
  const { db, limits, passwords } = parts
  const device = deviceHashOf(parts, request)
  const network: Bucket = ['network', clientOf(request).network]
  // A browser that the account knows has a count of its own.
  const known: Bucket[] = [['device', `${email} ${device?.toString('base64')}`], network]
  const strange: Bucket[] = [['account', email], network]
  // Without an account the terms are those of somebody else's password.
  const [begun] = await db<[Begun]>`
    select known, case when known then ${limits.taking(...known)} else ${limits.taking(...strange)} end as wait, terms.*
    from (
      select exists (
        select from devices d join accounts a on a.id = d.account_id
        where a.email_key = lower(${email}) and d.token_hash = ${device ?? null}) as known
    ) browser left join password_terms(${email}) terms on true`
  refuseFor(begun.wait)
  const accountId = begun.accountId ?? nobody
  const digest = await passwords.digest(password, begun)
  const [shown] = await db<[ShownByPassword?]>`
    select id as account_id, ${begun.generation}::int as generation, methods_of(id) as methods,
      ${limits.givingBack(...(begun.known ? known : strange))}
    from accounts where id = case when password_matches(${accountId}, ${digest}) then ${accountId}::uuid end
      and ${admitted(parts)}`
  if (shown) await passwords.renew(accountId, password, begun)
  return shown
}

interface Begun extends Terms {
  known: boolean
  wait: number
  accountId: string | null
  generation: number
}
