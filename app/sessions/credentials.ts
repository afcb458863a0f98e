import type { FastifyRequest } from 'fastify'
import type { Db } from '../database/connect.ts'
import type { Method } from '../factors/methods.ts'
import type { Bucket } from '../limits/limits.ts'
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
 * Whose an address and a password are; wrong ones are counted, and right ones by themselves. Where nothing else has to be shown,
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
  // A browser that the account knows has a count of its own.
  const known: Bucket = ['device', `${email} ${device?.toString('base64')}`]
  const strange: Bucket = ['account', email]
  const { network: from } = clientOf(request)
  const network: Bucket = ['network', from]
  using tried = limits.begin(known, strange, network)
  using right = limits.begin(['right', email])
  // Without an account the terms are those of somebody else's password.
  const [begun] = await db<[Begun]>`
    select exists (
        select from devices d join accounts a on a.id = d.account_id
        where a.email_key = lower(${email}) and d.token_hash = ${device ?? null}) as known,
      ${tried.filled} as filled, ${right.filled} as filled_right, terms.*
    from (select) nothing left join password_terms(${email}) terms on true`
  // Nobody in the network of a known browser can keep its owner out: it has tries of its own there, too.
  tried.admit(begun.filled, begun.known ? [known] : [strange, network])
  right.admit(begun.filledRight)
  const accountId = begun.accountId ?? nobody
  const digest = await passwords.digest(password, begun, from)
  const token = arrivingToken(parts, request)
  const done = db`case when methods = '{}' then id end`
  const [shown] = await db<[({ methods: Method[] } & Arrival)?]>`
    with shown as materialized (
      select id, methods_of(id) as methods from accounts
      where id = case when password_matches(${accountId}, ${digest}) then ${accountId}::uuid end
        and ${admitted(parts)}
    ), counted_right as (${right.counted(db`exists (select from shown)`)})
    select methods, arrival.* from shown left join lateral ${arriving(parts, request, token, done)} arrival on true`
  if (!shown) {
    await Promise.all([tried.count(), noteFailure(db, request, email)])
    return undefined
  }
  await passwords.renew(accountId, { password, terms: begun, digest, network: from })
  const { methods, ...arrival } = shown
  return { accountId, generation: begun.generation, methods, token, arrival }
}

/** One statement for addresses with and without an account: it takes as long. */
async function noteFailure(db: Db, request: FastifyRequest, email: string): Promise<void> {
  const { device, network } = clientOf(request)
  await db`
    insert into history (account_id, event, device, network)
    select id, 'sign-in-failed', ${device}, ${network} from accounts where email_key = lower(${email})`
  request.log.info({ event: 'sign-in-failed', network }, 'a sign-in failed')
}

interface Begun extends Terms {
  known: boolean
  filled: number[]
  filledRight: number[]
  accountId: string | null
  generation: number
}
