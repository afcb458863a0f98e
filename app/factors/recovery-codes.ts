import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Queries } from '../database/connect.ts'
import { record, type Client } from '../history/history.ts'
import { hashOf } from '../links/links.ts'
import type { Parts } from '../parts.ts'
import { clientOf, confirmed, EnrolFactorFirst } from '../sessions/signed-in.ts'
import { methodsOf } from './methods.ts'

const codes = 10
const bytesEach = 10
/** Crockford's: 32 signs of which none looks like another, https://www.crockford.com/base32.html */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** Whose factors are being used or changed, and from where. */
export interface Owner {
  accountId: string
  email: string
  client: Client
}

/** Ten new codes for whoever is signed in; those of before mean nothing from then on. Shown once, kept as hashes. */
export async function renewRecoveryCodes(
  { db, limits, outbox }: Parts,
  request: FastifyRequest,
): Promise<string[]> {
  const { id: accountId, email } = confirmed(request)
  const client = clientOf(request)
  return db.begin(async (tx) => {
    await tx`select from accounts where id = ${accountId} for no key update`
    if ((await methodsOf(tx, accountId)).length === 0) throw new EnrolFactorFirst()
    await limits.within(tx).take(['change', accountId])
    const made = await makeRecoveryCodes(tx, { accountId, email, client })
    const details = { device: client.device }
    await outbox.add({ template: 'recovery-codes-made', recipient: email, accountId, details }, tx)
    return made
  })
}

/** Puts ten new codes in the place of whatever there was. */
export async function makeRecoveryCodes(db: Queries, { accountId, client }: Owner): Promise<string[]> {
  const made = Array.from({ length: codes }, freshCode)
  const hashes = made.map((code) => hashOf(plainOf(code)).toString('hex'))
  await db`delete from recovery_codes where account_id = ${accountId}`
  await db`
    insert into recovery_codes (account_id, code_hash)
    select ${accountId}, decode(unnest(${hashes}::text[]), 'hex')`
  await record(db, { accountId, event: 'recovery-codes-made', client })
  return made
}

/** Uses a code up, in one statement, and tells its owner; answers whether it was one. */
export async function useRecoveryCode(
  db: Queries,
  { outbox }: Pick<Parts, 'outbox'>,
  { accountId, email, client }: Owner,
  code: string,
): Promise<boolean> {
  const { count } = await db`
    delete from recovery_codes where account_id = ${accountId} and code_hash = ${hashOf(plainOf(code))}`
  if (count === 0) return false
  const [{ left }] = await db<[{ left: number }]>`
    select count(*)::int as left from recovery_codes where account_id = ${accountId}`
  await record(db, { accountId, event: 'recovery-code-used', client, details: { left } })
  const details = { device: client.device, left: String(left) }
  await outbox.add({ template: 'recovery-code-used', recipient: email, accountId, details }, db)
  return true
}

/** 80 random bits as `k3v9-0x2m-…`. */
function freshCode(): string {
  const bits = [...randomBytes(bytesEach)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const signs = bits.match(/.{5}/g)?.map((five) => alphabet[Number.parseInt(five, 2)]) ?? []
  return signs.join('').replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** However it was written down: capitals, spaces, an o for a zero. */
export function plainOf(code: string): string {
  return code
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1')
}
