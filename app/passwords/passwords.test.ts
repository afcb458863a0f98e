import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { CommonPasswords } from './common-passwords.ts'
import { HashQueue } from './hash-queue.ts'
import { weaknessOf } from './rules.ts'

const common = CommonPasswords.open()

test('knows every password of the list, and next to no other', () => {
  const listed = ['qwertyuiop', 'password1', 'sunshine1', '12345678', 'iloveyou', 'football']
  expect(listed.filter((password) => !common.has(password))).toEqual([])
  const others = Array.from({ length: 20_000 }, (_, index) => `not on any list ${index}`)
  expect(others.filter((password) => common.has(password)).length).toBeLessThan(10)
})

test.each([
  ['short7!', 'tooShort'],
  ['🙂🙂🙂🙂🙂🙂🙂', 'tooShort'],
  ['x'.repeat(1025), 'tooLong'],
  ['aaaaaaaaaaaaaaaa', 'common'],
  ['PassWord1', 'common'],
  ['ada@example.net', 'context'],
  ['Lovelace-ada-99', 'context'],
  ['accounts!accounts', 'context'],
  ['seven green boats', undefined],
  ['ключ под ковриком', undefined],
  [' a\0b with NUL and spaces ', undefined],
  ['long and fine '.repeat(20), undefined],
  ['ada likes seven boats', undefined],
])('%j is %s', (password, weakness) => {
  expect(weaknessOf(password, common, ['ada@example.net', 'Ada Lovelace', 'Accounts'])).toBe(weakness)
})

test.each([
  { running: 2, ready: 0, waiting: 1 },
  { running: 1, ready: 1, waiting: 1 },
])('few hash at once, few wait, and who comes then is told to come back: %o', async (limits) => {
  const queue = new HashQueue(limits)
  const ends: (() => void)[] = []
  const work = () => new Promise<void>((resolve) => ends.push(resolve))
  const all = Array.from({ length: limits.running + limits.waiting }, () => queue.run('a', work))
  expect(ends.length).toBe(limits.running + limits.ready)
  expect(queue.depth).toMatchObject({ running: limits.running, waiting: 1 })
  await expect(queue.run('a', work)).rejects.toMatchObject({
    code: 'BUSY',
    statusCode: 503,
    retryAfterSeconds: 2,
  })
  ends.shift()?.()
  await all[0]
  await expect.poll(() => ends.length).toBe(limits.running)
  expect(queue.depth).toMatchObject({ running: limits.running, waiting: 0 })
  for (const end of ends) end()
  await Promise.all(all)
  expect(queue.depth).toMatchObject({ running: 0, waiting: 0 })
})

/** A queue of one at a time, and who was begun in it, in order. */
function lineOf(waiting: number) {
  const queue = new HashQueue({ running: 1, ready: 0, waiting })
  const begun: string[] = []
  const refused: string[] = []
  const ends: (() => void)[] = []
  const ask = (network: string, who: string): void => {
    const work = (): Promise<void> => {
      begun.push(who)
      return new Promise((resolve) => ends.push(resolve))
    }
    queue.run(network, work).catch(() => refused.push(who))
  }
  const finish = async (): Promise<void> => {
    for (const end of ends) {
      end()
      await setImmediate()
    }
  }
  return { queue, begun, refused, ask, finish }
}

test('networks take turns at hashing', async () => {
  const { queue, begun, ask, finish } = lineOf(16)
  for (let n = 0; n < 5; n += 1) ask('many', `many ${n}`)
  ask('few', 'few 0')
  ask('one', 'one 0')
  ask('few', 'few 1')
  await finish()
  expect(begun).toEqual(['many 0', 'many 1', 'few 0', 'one 0', 'many 2', 'few 1', 'many 3', 'many 4'])
  expect(queue.depth).toEqual({ running: 0, waiting: 0, refused: 0 })
})

test('nobody fills the line for others: who has most of it gives its newest places up', async () => {
  const { queue, begun, refused, ask, finish } = lineOf(4)
  for (let n = 0; n < 6; n += 1) ask('many', `many ${n}`)
  await setImmediate()
  expect(refused).toEqual(['many 5'])
  for (let n = 0; n < 3; n += 1) ask('few', `few ${n}`)
  await setImmediate()
  // Once both have as many places, nobody takes another's.
  expect(refused.toSorted()).toEqual(['few 2', 'many 3', 'many 4', 'many 5'])
  expect(queue.depth).toEqual({ running: 1, waiting: 4, refused: 4 })
  await finish()
  expect(begun).toEqual(['many 0', 'many 1', 'few 0', 'many 2', 'few 1'])
})

test('a password that was changed meanwhile is not brought back by keeping it under newer terms', async () => {
  const { service, owner, account } = await withService()
  const { email } = await account()
  const { passwords } = service.parts
  const [{ id, digest }] = await owner<[{ id: string; digest: Buffer }]>`
    select id, digest from passwords join accounts on id = account_id where email = ${email}`
  const outdated = { scheme: 'argon2id', cost: 'm=1024,t=1,p=1', salt: randomBytes(16) } as const
  await passwords.set(id, await passwords.hash('ten green boats', 'a'))
  await passwords.renew(id, { password: 'seven green boats', terms: outdated, digest, network: 'a' })
  expect(await passwords.isOf(id, 'ten green boats', 'a')).toBe(true)
  const [{ now }] = await owner<
    [{ now: Buffer }]
  >`select digest as now from passwords where account_id = ${id}`
  await passwords.renew(id, { password: 'ten green boats', terms: outdated, digest: now, network: 'a' })
  const [after] = await owner<
    [{ same: boolean }]
  >`select digest = ${now} as same from passwords where account_id = ${id}`
  expect(after.same).toBe(false)
  expect(await passwords.isOf(id, 'ten green boats', 'a')).toBe(true)
})

test('digests are compared through a hash of both, which tells nothing of how far they agree', async () => {
  const { owner, account } = await withService()
  const { email } = await account()
  const [{ definition }] = await owner<[{ definition: string }]>`
    select prosrc as definition from pg_proc where proname = 'password_matches'`
  expect(definition).toContain('sha256(p.digest) = sha256(computed)')
  const [{ id, digest }] = await owner<[{ id: string; digest: Buffer }]>`
    select id, digest from passwords join accounts on id = account_id where email = ${email}`
  const matches = async (computed: Buffer): Promise<boolean> => {
    const [answer] = await owner<
      [{ matches: boolean }]
    >`select password_matches(${id}, ${computed}) as matches`
    return answer.matches
  }
  expect(await matches(digest)).toBe(true)
  expect(await matches(digest.subarray(0, 31))).toBe(false)
  expect(await matches(Buffer.concat([digest.subarray(0, 31), Buffer.from([digest[31]! ^ 1])]))).toBe(false)
})

test('nobody who works with the tables can read a password, not even hashed', async () => {
  const { service, signedIn } = await withService()
  await signedIn()
  const { db } = service.parts
  await expect(db`select * from passwords`).rejects.toThrow('permission denied')
  await expect(db`select digest from sign_ups`).rejects.toThrow('permission denied')
  await expect(db`delete from history`).rejects.toThrow('permission denied')
  await expect(db`update history set event = 'x'`).rejects.toThrow('permission denied')
})

test('a password is changed by who knows it, all other sessions end, and the mail says so', async () => {
  const { signedIn, browser, mailbox } = await withService()
  const { send, cookies, email, password } = await signedIn()
  const elsewhere = browser()
  await elsewhere.send('POST', '/api/session', { email, password })
  const before = cookies.get('__Host-session')
  const change = (currentPassword: string, newPassword: string) =>
    send('PUT', '/api/password', { currentPassword, newPassword })
  expect((await change('not this one', 'nine red kites 1')).code).toBe('WRONG_PASSWORD')
  expect((await change(password, 'password1')).code).toBe('PASSWORD_REFUSED')
  expect((await change(password, 'nine red kites 1')).statusCode).toBe(204)
  expect(cookies.get('__Host-session')).not.toBe(before)
  expect((await send('GET', '/api/session')).statusCode).toBe(200)
  expect((await elsewhere.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect((await browser().send('POST', '/api/session', { email, password })).code).toBe('WRONG_CREDENTIALS')
  await expect
    .poll(() => mailbox.mails.map(({ subject }) => subject))
    .toContain('Your password for Accounts was changed')
})

test('a reset ends every session, works once, and signs nobody in', async () => {
  const { signedIn, browser, mailbox } = await withService()
  const { send, email } = await signedIn()
  const visitor = browser()
  expect((await visitor.send('POST', '/api/recoveries', { email })).statusCode).toBe(202)
  let mail = await mailbox.next(email)
  while (!mail.subject.startsWith('Choose')) mail = await mailbox.next(email)
  const reset = () =>
    visitor.send('POST', '/api/recoveries/reset', { token: mail.code, password: 'nine red kites 1' })
  const answers = await Promise.all(Array.from({ length: 8 }, reset))
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
  expect(answers.filter(({ code }) => code === 'LINK_INVALID')).toHaveLength(7)
  expect((await send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect((await visitor.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  const again = await visitor.send('POST', '/api/session', { email, password: 'nine red kites 1' })
  expect(again.statusCode).toBe(204)
})
