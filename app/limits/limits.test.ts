import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { rules, type Kind } from './limits.ts'

test.each(Object.keys(rules) as Kind[])(
  'the limit %s lets its burst through, then one at a time, and never locks',
  async (kind) => {
    const { service, owner } = await withService()
    const { limits } = service.parts
    const { burst, everySeconds } = rules[kind]
    const take = () => limits.take([kind, 'ada@example.net'])
    for (let tries = 0; tries < burst; tries += 1) await take()
    // However often somebody goes on, the wait grows no longer.
    for (let tries = 0; tries < 5; tries += 1)
      await expect(take()).rejects.toMatchObject({ code: 'TOO_MANY_TRIES', statusCode: 429 })
    const refused = await take().catch((error: unknown) => error as { retryAfterSeconds: number })
    expect(refused?.retryAfterSeconds).toBeLessThanOrEqual(everySeconds)
    await limits.take([kind, 'somebody else'])
    await owner`update limits set empty_at = empty_at - make_interval(secs => ${everySeconds})`
    await take()
    await expect(take()).rejects.toMatchObject({ code: 'TOO_MANY_TRIES' })
  },
)

test('of thirty tries at once no more than the burst get through', async () => {
  const { service } = await withService()
  const take = () => service.parts.limits.take(['account', 'ada@example.net'])
  const tried = await Promise.allSettled(Array.from({ length: 30 }, take))
  expect(tried.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(rules.account.burst)
  expect(tried.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
})

test('a good try is given back, and the table of limits tells nobody’s address', async () => {
  const { service, owner, signedIn } = await withService()
  const { email } = await signedIn()
  await service.parts.limits.take(['account', email])
  const rows = await owner<{ key: string }[]>`select key from limits`
  expect(rows.map(({ key }) => key).filter((key) => !/^[\w-]{22}$/.test(key))).toEqual([])
  await service.parts.limits.giveBack(['account', email])
  for (let tries = 0; tries < rules.account.burst; tries += 1)
    await service.parts.limits.take(['account', email])
})

test('taking and giving back at once, in whatever order, wait for each other in turns and never in a circle', async () => {
  const { service, owner } = await withService()
  const { limits } = service.parts
  // Of a table of a few rows Postgres reads all, in the order in which they lie.
  await owner`insert into limits select md5(n::text), now() from generate_series(1, 5000) as n`
  await owner`analyze limits`
  const buckets = ['ada', 'bob', 'eva', 'kim'].map((name) => ['network', name] as const)
  const ways = [buckets, buckets.toReversed()]
  await limits.take(...buckets)
  const all = Array.from({ length: 200 }, (_, index) => {
    const way = ways[index % 2] ?? []
    return index % 4 < 2 ? limits.take(...way) : limits.giveBack(...way)
  })
  const refused = (await Promise.allSettled(all)).flatMap((each) =>
    each.status === 'rejected' ? [each.reason as { code?: string }] : [],
  )
  expect(refused.filter(({ code }) => code !== 'TOO_MANY_TRIES')).toEqual([])
})
