import { expect, test } from 'vitest'
import { withService } from '../testing.ts'

test.each([
  ['member', '23 hours', '29 days', 200],
  ['member', '24 hours', '24 hours', 401],
  ['member', '1 minute', '30 days', 401],
  // Let in as far as an admin without a second factor is.
  ['admin', '29 minutes', '11 hours', 403],
  ['admin', '30 minutes', '30 minutes', 401],
  ['admin', '1 minute', '12 hours', 401],
] as const)(
  'the session of a %s, used %s ago and begun %s ago, answers %i',
  async (role, used, begun, status) => {
    const { owner, signedIn } = await withService()
    const { send } = await signedIn()
    await owner`update accounts set role = ${role}`
    await owner`
    update sessions set used_at = now() - ${used}::interval, created_at = now() - ${begun}::interval`
    expect((await send('GET', '/api/session')).statusCode).toBe(status)
  },
)
