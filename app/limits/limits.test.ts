import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { Refusal } from '../http/refusals.ts'
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

const wrong = new Error('wrong')
const fails = () => Promise.reject(wrong)

test('of thirty tries at once no more than the burst get through to fail, and all of those count', async () => {
  const { service } = await withService()
  const { limits } = service.parts
  let got = 0
  let refused = 0
  const all = Promise.withResolvers<void>()
  const tryOut = () =>
    limits.attempt([['account', 'ada@example.net']], async () => {
      got += 1
      // Nobody fails before everybody has asked, however long that takes.
      await all.promise
      return fails()
    })
  const asked = Promise.allSettled(
    Array.from({ length: 30 }, () =>
      tryOut().catch((error: unknown) => {
        if (error !== wrong) refused += 1
        throw error
      }),
    ),
  )
  await expect.poll(() => got + refused).toBe(30)
  all.resolve()
  const tried = await asked
  expect(got).toBe(rules.account.burst)
  expect(tried.filter((each) => each.status === 'rejected' && each.reason === wrong).length).toBe(got)
  await expect(tryOut()).rejects.toMatchObject({
    code: 'TOO_MANY_TRIES',
    // As long as one takes to be let in again, less what has gone by.
    retryAfterSeconds: expect.closeTo(60, -1),
  })
})

test('who finds no room because others are under way waits no longer than they are', async () => {
  const { service } = await withService()
  const { limits } = service.parts
  const over = Promise.withResolvers<void>()
  const tryOut = () => limits.attempt([['code', 'ada']], () => over.promise)
  const underWay = Array.from({ length: rules.code.burst }, tryOut)
  await expect(tryOut()).rejects.toMatchObject({ code: 'TOO_MANY_TRIES', retryAfterSeconds: 1 })
  over.resolve()
  await Promise.all(underWay)
  await tryOut()
})

test('good tries leave nothing, however many; those that fail do, and tell nobody’s address', async () => {
  const { service, owner, signedIn } = await withService()
  const { email } = await signedIn()
  const { limits } = service.parts
  const rows = () => owner<{ key: string }[]>`select key from limits where empty_at > now()`
  const before = await rows()
  for (let tries = 0; tries < 2 * rules.account.burst; tries += 1)
    await limits.attempt([['account', email]], () => Promise.resolve())
  expect(await rows()).toEqual(before)
  for (let tries = 0; tries < rules.account.burst; tries += 1)
    await expect(limits.attempt([['account', email]], fails)).rejects.toBe(wrong)
  const after = await rows()
  expect(after.length).toBe(before.length + 1)
  expect(after.map(({ key }) => key).filter((key) => !/^[\w-]{22}$/.test(key))).toEqual([])
})

test('that there was no time for a try is not counted as a wrong one', async () => {
  const { service } = await withService()
  const { limits } = service.parts
  const busy = new Refusal('BUSY', 503)
  for (let tries = 0; tries < 2 * rules.code.burst; tries += 1)
    await expect(limits.attempt([['code', 'ada']], () => Promise.reject(busy))).rejects.toBe(busy)
})

test('a bucket by which a try is not counted is left as it was', async () => {
  const { service } = await withService()
  const { limits } = service.parts
  const [counted, other] = [['device', 'ada'] as const, ['account', 'ada'] as const]
  for (let tries = 0; tries < rules.device.burst; tries += 1) {
    using tried = limits.begin(counted, other)
    tried.admit([0, 1e9], [counted])
    await tried.count()
  }
  await expect(limits.attempt([counted], fails)).rejects.toMatchObject({ code: 'TOO_MANY_TRIES' })
  await expect(limits.attempt([other], fails)).rejects.toBe(wrong)
})

test('where a failure can not be counted nobody learns that it was one', async () => {
  const { service, owner } = await withService()
  const tried = service.parts.limits.attempt([['code', 'ada']], async () => {
    await owner`alter table limits rename to limits_away`
    return fails()
  })
  await expect(tried).rejects.toMatchObject({ message: expect.stringContaining('limits') as string })
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

const oneMore = (kind: Kind): object => ({
  retryAfterSeconds: expect.closeTo(rules[kind].everySeconds, -1) as number,
})

test('a clock that was ahead lets nobody wait longer than a full limit does', async () => {
  const { service, owner } = await withService()
  const { limits } = service.parts
  const [taken, failed] = [['mailTo', 'ada'] as const, ['code', 'ada'] as const]
  await limits.take(taken)
  await expect(limits.attempt([failed], fails)).rejects.toBe(wrong)
  await owner`update limits set empty_at = now() + interval '90 minutes'`
  await expect(limits.take(taken)).rejects.toMatchObject(oneMore('mailTo'))
  await expect(limits.attempt([failed], fails)).rejects.toMatchObject(oneMore('code'))
  await owner`update limits set empty_at = empty_at - make_interval(secs => ${rules.mailTo.everySeconds})`
  await limits.take(taken)
})

test('whoever is signed in fills neither the mailbox nor the history of the owner', async () => {
  const { signedIn, owner } = await withService()
  const ada = await signedIn()
  let password = ada.password
  const change = (newPassword: string) => {
    const sent = ada.send('PUT', '/api/password', { currentPassword: password, newPassword })
    password = newPassword
    return sent
  }
  for (let changes = 0; changes < rules.change.burst; changes += 1)
    expect((await change(`${changes} green boats sail`)).statusCode).toBeLessThan(300)
  expect((await change('one green boat too many')).code).toBe('TOO_MANY_TRIES')
  const changed = await owner`select from history where event = 'password-changed'`
  expect(changed).toHaveLength(rules.change.burst)
  // That there was nothing to end is no event; ending is never refused.
  const before = await owner`select from history`
  for (let ends = 0; ends < 3; ends += 1)
    expect((await ada.send('DELETE', '/api/sessions')).json()).toEqual({ ended: 0 })
  expect(await owner`select from history`).toHaveLength(before.length)
})

test('who knows the password signs in only so often, is told nothing new, and keeps no other account out', async () => {
  const { account, browser, owner } = await withService()
  const [ada, bob] = [await account(), await account()]
  const signIn = ({ email, password }: typeof ada) =>
    browser().send('POST', '/api/session', { email, password })
  for (let times = 0; times < rules.right.burst; times += 1) expect((await signIn(ada)).statusCode).toBe(204)
  const refused = await signIn(ada)
  expect([refused.statusCode, refused.code]).toEqual([429, 'TOO_MANY_TRIES'])
  expect((await signIn(bob)).statusCode).toBe(204)
  await expect.poll(() => owner`select from outbox`).toHaveLength(0)
  const [{ n }] = await owner<[{ n: number }]>`
    select count(*)::int as n from links l join accounts a on a.id = account_id
    where a.email = ${ada.email} and purpose = 'end-sessions'`
  // The first browser of an account is nobody's news.
  expect(n).toBe(rules.newDevice.burst)
})
