import { randomBytes } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { withService } from '../../testing.ts'
import { importDjango } from './import-django.ts'
import { djangoHash, templateDatabase } from './template-database.ts'

async function started() {
  const service = await withService()
  const template = await templateDatabase(`django_${randomBytes(6).toString('hex')}`)
  const env = { PGHOST: inject('postgres'), PGUSER: 'postgres' }
  const run = (dryRun = false, source = template.name) => importDjango(service.owner, source, { dryRun, env })
  return { ...service, template, run, env }
}

test('hashes are those of Django', () => {
  // Of tests/auth_tests/test_hashers.py in Django.
  expect(djangoHash('lètmein', 10_000, 'seasalt')).toBe(
    'pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=',
  )
})

test('people come along with their passwords, which are hashed anew when they sign in', async () => {
  const { template, run, owner, browser } = await started()
  await template.add(
    {
      username: 'ada',
      email: 'Ada@Example.org',
      password: djangoHash('lètmein, Ada'),
      first_name: 'Ada',
      last_name: 'Lovelace',
      last_login: '2026-11-01',
    },
    {
      username: 'grace',
      email: 'grace@example.org',
      password: djangoHash('seven green boats', 1000),
      nickname: 'Amazing\u202e Grace',
    },
  )
  const text = await run()
  expect(text).toContain('  came along                        2\n')
  expect(text).not.toContain('left out\n  1')
  const accounts = await owner`
    select email, name, role, status, created_at, scheme, cost from accounts join passwords on account_id = id order by email`
  expect(accounts).toEqual([
    {
      email: 'Ada@Example.org',
      name: 'Ada Lovelace',
      role: 'member',
      status: 'active',
      createdAt: new Date('2024-02-29T12:00:00Z'),
      scheme: 'pbkdf2_sha256',
      cost: '600000',
    },
    {
      email: 'grace@example.org',
      name: 'Amazing Grace',
      role: 'member',
      status: 'active',
      createdAt: new Date('2024-02-29T12:00:00Z'),
      scheme: 'pbkdf2_sha256',
      cost: '1000',
    },
  ])
  const signIn = (email: string, password: string) =>
    browser().send('POST', '/api/session', { email, password })
  expect((await signIn('ada@example.org', 'letmein, Ada')).code).toBe('WRONG_CREDENTIALS')
  expect((await signIn('ada@example.org', 'lètmein, Ada')).statusCode).toBeLessThan(300)
  expect(
    await owner`select email, scheme from accounts join passwords on account_id = id order by email`,
  ).toEqual([
    { email: 'Ada@Example.org', scheme: 'argon2id' },
    { email: 'grace@example.org', scheme: 'pbkdf2_sha256' },
  ])
  expect((await signIn('ada@example.org', 'letmein, Ada')).code).toBe('WRONG_CREDENTIALS')
  expect((await signIn('ada@example.org', 'lètmein, Ada')).statusCode).toBeLessThan(300)
  expect(
    await owner`select event, details from history where event = 'account-imported' order by id`,
  ).toEqual([
    { event: 'account-imported', details: { from: 'django', number: 1 } },
    { event: 'account-imported', details: { from: 'django', number: 2 } },
  ])
})

test('who does not come along, or not whole, is told of with the reason', async () => {
  const { template, run, owner, browser, mailbox } = await started()
  const password = djangoHash('seven green boats', 1000)
  await template.add(
    { username: 'old-ann', email: 'ann@example.org', password, last_login: '2025-01-01' },
    { username: 'ann', email: 'ANN@example.org', password, last_login: '2026-01-01' },
    { username: 'nobody', email: '  ', password },
    { username: 'look', email: 'l\u043eok@example.org', password },
    { username: 'bad', email: 'not an address\u001b[2J', password },
    { username: 'new', email: 'new@example.org', password, is_active: false, pending: true },
    { username: 'barred', email: 'barred@example.org', password, is_active: false },
    { username: 'none', email: 'none@example.org', password: '!kA7bGmVWdKXtTVZTDHbhwZyFBpbDZJ6R3wVdDUqU' },
    {
      username: 'other',
      email: 'other@example.org',
      password: 'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$ZGlnZXN0',
    },
    { username: 'md5', email: 'md5@example.org', password: '5f4dcc3b5aa765d61d8327deb882cf99' },
    { username: 'broken', email: 'broken@example.org', password: 'pbkdf2_sha256$600000$salt$c2hvcnQ=' },
    {
      username: 'endless',
      email: 'endless@example.org',
      password: djangoHash('x', 1).replace('$1$', '$99999999$'),
    },
    { username: 'root', email: 'root@example.org', password, is_superuser: true },
  )
  await template.db`
    insert into users_recoverpassword (email_token, requested_date, expiration_date, user_id)
    values ('a', now(), now() + interval '2 hours', 2), ('b', now(), now() - interval '2 hours', 2)`
  await owner`insert into accounts (email) values ('Other@Example.org')`
  expect(await run()).toBe(`  users in Django                  13
  came along                        7
    with their password             3
    without one                     4
    disabled                        1
  had an account already            1
  left out                          5
  links for a new password          1  end with the move

left out
  1 ann@example.org: has the address of user 2, who signed in later
  3 nobody: has no email address, by which people sign in here
  4 l\u043eok@example.org: has an email address that is not taken here
  5 not an address?[2J: has an email address that is not taken here
  6 new@example.org: never confirmed the address

to know
  7 barred@example.org: was not active and stays disabled
  8 none@example.org: has no password that can be used: has to choose one by "forgot password"
  10 md5@example.org: has a password that was hashed by an unknown hasher, which is not taken over: has to choose one by "forgot password"
  11 broken@example.org: has a password whose hash is broken: has to choose one by "forgot password"
  12 endless@example.org: has a password whose hash is broken: has to choose one by "forgot password"
  13 root@example.org: was a superuser and is a member now: admin add makes an admin

  People sign in by address here, not by user name.
`)
  expect(
    await owner`select email, status, role from accounts where status <> 'active' or role <> 'member'`,
  ).toEqual([{ email: 'barred@example.org', status: 'disabled', role: 'member' }])
  const visitor = browser()
  const barred = { email: 'barred@example.org', password: 'seven green boats' }
  expect((await visitor.send('POST', '/api/session', barred)).code).toBe('WRONG_CREDENTIALS')
  // Whose password did not come along chooses another.
  const email = 'none@example.org'
  expect((await visitor.send('POST', '/api/session', { email, password: '!' })).code).toBe(
    'WRONG_CREDENTIALS',
  )
  await visitor.send('POST', '/api/recoveries', { email })
  const { code: token } = await mailbox.next(email)
  await visitor.send('POST', '/api/recoveries/reset', { token, password: 'nine red kites' })
  expect(
    (await visitor.send('POST', '/api/session', { email, password: 'nine red kites' })).statusCode,
  ).toBeLessThan(300)
})

test('a hasher that is not taken over is named', async () => {
  const { template, run } = await started()
  await template.add({ username: 'other', email: 'other@example.org', password: 'bcrypt_sha256$$2b$12$abc' })
  expect(await run()).toContain('hashed by bcrypt_sha256, which is not taken over')
})

test('a dry run changes nothing and tells the same; a second run doubles nothing', async () => {
  const { template, run, owner } = await started()
  const password = djangoHash('seven green boats', 1)
  await template.add(
    ...Array.from({ length: 1203 }, (_, n) => ({ username: `u${n}`, email: `u${n}@example.org`, password })),
  )
  const count = async () => (await owner`select count(*)::int from accounts`)[0]?.['count']
  expect(await run(true)).toContain(
    'A dry run: nothing was changed\n\n  users in Django                1203\n  would come along               1203\n',
  )
  expect([await count(), await owner`select from history`]).toEqual([0, []])
  expect(await run()).toContain('  came along                     1203\n')
  expect(await run()).toContain('  came along                        0\n')
  expect(await run()).toContain('  had an account already         1203\n')
  expect(await count()).toBe(1203)
  expect(await owner`select from passwords`).toHaveLength(1203)
})

test('a source that is none is an error in a sentence, without the password of its address', async () => {
  const { run, env } = await started()
  const wrong = `postgres://postgres:hidden@${encodeURIComponent(env.PGHOST)}/nothing`
  for (const source of ['nothing_there', 'postgres', wrong]) {
    const error = (await run(false, source).catch((thrown: unknown) => thrown)) as Error
    expect(error.message).toBe('the users of Django can not be read')
    expect(JSON.stringify(error)).not.toContain('hidden')
  }
})
