import { expect, test } from 'vitest'
import { withService } from '../testing.ts'

interface Terms {
  accountId: string | null
  scheme: string | null
  cost: string | null
}

test('addresses without an account take as long as accounts do, each always the same', async () => {
  const { owner, service } = await withService()
  const { db } = service.parts
  const termsOf = async (email: string): Promise<Terms> => {
    const [{ accountId, scheme, cost }] = await db<[Terms]>`select * from password_terms(${email})`
    return { accountId, scheme, cost }
  }
  expect(await termsOf('nobody@example.org')).toEqual({ accountId: null, scheme: null, cost: null })
  await owner`insert into accounts (email) select 'p' || n || '@example.org' from generate_series(1, 400) as n`
  await owner`
    insert into passwords (account_id, scheme, cost, salt, digest)
    select id, case when n % 4 = 0 then 'pbkdf2_sha256' else 'argon2id' end, case when n % 4 = 0 then '600000' else 'm=19456,t=2,p=1' end, 'salt', 'digest'
    from (select id, row_number() over (order by created_at, id) as n from accounts) as numbered`
  const slow: string[] = []
  for (let n = 0; n < 400; n += 1) {
    const { accountId, scheme } = await termsOf(`nobody${n}@example.org`)
    expect(accountId).toBeNull()
    if (scheme === 'pbkdf2_sha256') slow.push(`nobody${n}@example.org`)
  }
  // A quarter, as of the accounts; five standard deviations of both draws either way.
  expect(slow.length).toBeGreaterThan(40)
  expect(slow.length).toBeLessThan(160)
  for (const email of slow.slice(0, 5))
    expect(await termsOf(email.toUpperCase())).toEqual({
      accountId: null,
      scheme: 'pbkdf2_sha256',
      cost: '600000',
    })
})

test('a disabled account takes as long as before', async () => {
  const { owner, service, account, browser } = await withService()
  const { email, password } = await account()
  await owner`update accounts set status = 'disabled'`
  await owner`update passwords set scheme = 'pbkdf2_sha256', cost = '1000'`
  const [terms] = await service.parts.db<[Terms]>`select * from password_terms(${email})`
  expect(terms).toMatchObject({ accountId: null, scheme: 'pbkdf2_sha256', cost: '1000' })
  for (const tried of [email, 'nobody@example.org'])
    expect((await browser().send('POST', '/api/session', { email: tried, password })).code).toBe(
      'WRONG_CREDENTIALS',
    )
})

test('the service can not read what decoys are drawn by', async () => {
  const { service } = await withService()
  await expect(service.parts.db`select key from decoys`).rejects.toThrow('permission denied for table decoys')
})
