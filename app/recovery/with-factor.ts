import type { Queries } from '../database/connect.ts'
import { useTypedFactor, type TypedFactor } from '../factors/proof.ts'
import type { Owner } from '../factors/recovery-codes.ts'
import { WrongCode } from '../factors/totp-enrolment.ts'
import { record } from '../history/history.ts'
import { hashOf, spendLinkTry } from '../links/links.ts'
import type { Parts } from '../parts.ts'

/** Changes something by a link and a second factor: a wrong one leaves the link as it is, five of them end it. */
export async function withFactor(
  parts: Parts,
  token: string,
  owner: Owner,
  typed: TypedFactor,
  change: (proof: (tx: Queries) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { db, limits } = parts
  // Those of sign-in are counted apart: neither can keep the other out.
  await limits.attempt([['code', `${owner.accountId} reset`]], async () => {
    const triesLeft = await spendLinkTry(db, 'reset', token)
    try {
      await change(async (tx) => {
        if (!(await useTypedFactor(tx, parts, owner, typed))) throw new WrongCode()
      })
    } catch (error) {
      if (error instanceof WrongCode) {
        parts.counters.count('sign-in-failures')
        await record(db, { accountId: owner.accountId, event: 'factor-failed', client: owner.client })
        if (triesLeft === 0) await db`delete from links where token_hash = ${hashOf(token)}`
      }
      throw error
    }
  })
}
