import type { FastifyRequest } from 'fastify'
import type { Method } from '../factors/methods.ts'
import { refuseFor, type Bucket } from '../limits/limits.ts'
import type { SiteParts } from '../parts.ts'
import type { Terms } from '../passwords/hashing.ts'
import { admitted } from './admission.ts'
import { arriving, arrivingToken, type Arrival } from './arrival.ts'
import { deviceHashOf } from './devices.ts'
import type { Shown } from './shown.ts'
import { clientOf } from './signed-in.ts'

export interface Credentials {
  email: string
  password: string
}

/** Who has shown the right password, and by what methods else they have to show who they are. */
export interface ShownByPassword extends Shown {
  methods: Method[]
  /** What the browser is known by from now on, and what was noted of it; without any such method the sign-in is done. */
  token: string
  arrival: Arrival
}

const nobody = '00000000-0000-0000-0000-000000000000'

/**
 * Whose an address and a password are; wrong ones are counted, right ones are not. Where nothing else has to be shown,
 * the sign-in is noted. One statement before hashing and one after it, the same with an account and without: how long
 * they take tells nothing.
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
  const token = arrivingToken(parts, request)
  const done = db`case when methods = '{}' then id end`
  const [shown] = await db<[({ methods: Method[] } & Arrival)?]>`
    with shown as materialized (
      select id, methods_of(id) as methods, ${limits.givingBack(...(begun.known ? known : strange))}
      from accounts where id = case when password_matches(${accountId}, ${digest}) then ${accountId}::uuid end
        and ${admitted(parts)}
    )
    select methods, arrival.* from shown left join lateral ${arriving(parts, request, token, done)} arrival on true`
  if (!shown) return undefined
  await passwords.renew(accountId, password, begun)
  const { methods, ...arrival } = shown
  return { accountId, generation: begun.generation, methods, token, arrival }
}

interface Begun extends Terms {
  known: boolean
  wait: number
  accountId: string | null
  generation: number
}
