import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, inject, test } from 'vitest'
import { withService, type TestService } from '../testing.ts'

interface Ran {
  code: number
  out: string
  talk: string
}

const main = fileURLToPath(new URL('main.ts', import.meta.url))

function run({ settings }: TestService, ...args: string[]): Promise<Ran> {
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    DOMAIN: 'example.com',
    PGHOST: inject('postgres'),
    PGDATABASE: settings.database.name,
    PGUSER: 'postgres',
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, out, talk) =>
      resolve({ code: Number(error?.code ?? 0), out, talk }),
    )
  })
}

test('the first admin is made by a command, and chooses a password by the link that it prints', async () => {
  const service = await withService()
  const { code, out, talk } = await run(service, 'admin', 'add', 'Boss@example.org')
  expect([code, talk.split('\n')[0]]).toEqual([0, '✓ Boss@example.org is an admin, with a new account'])
  const [, token = ''] = /^https:\/\/admin\.example\.com\/reset#([\w-]{43})\n$/.exec(out) ?? []
  const visitor = service.browser({ site: 'admin' })
  const credentials = { email: 'boss@example.org', password: 'nine red kites' }
  expect((await visitor.send('POST', '/api/session', credentials)).code).toBe('WRONG_CREDENTIALS')
  const reset = await visitor.send('POST', '/api/recoveries/reset', { token, password: credentials.password })
  expect(reset.statusCode).toBe(200)
  expect((await visitor.send('POST', '/api/session', credentials)).json()).toMatchObject({
    next: 'enrol-factor',
  })
  // The link itself is mailed to nobody.
  expect(service.mailbox.mails.map(({ text }) => text).join()).not.toContain(token)
})

test('an active account becomes an admin and is told; one that an admin disabled does not', async () => {
  const service = await withService()
  const member = await service.signedIn()
  expect((await run(service, 'admin', 'add', member.email.toUpperCase())).talk).toContain('is an admin\n')
  expect((await service.mailbox.next(member.email)).subject).toBe('You are an admin of Accounts now')
  expect((await member.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  await service.owner`update accounts set status = 'disabled', role = 'member'`
  const { code, out, talk } = await run(service, 'admin', 'add', member.email)
  expect([code, out]).toEqual([1, ''])
  expect(talk).toBe(`✗ ${member.email} can not become an admin

  why      its account is disabled
  next     another admin enables it first; or name another address
`)
  expect(await service.owner`select role from accounts`).toEqual([{ role: 'member' }])
})

test('migrations are run once', async () => {
  const service = await withService()
  expect(await run(service, 'migrate')).toEqual({ code: 0, out: '', talk: '✓ nothing to do\n' })
})

test('what is not understood is answered by the usage, and what can not be done by a sentence', async () => {
  const service = await withService()
  for (const args of [
    [],
    ['admin'],
    ['admin', 'add'],
    ['admin', 'remove', 'a@b.org'],
    ['admin', 'add', 'a@b.org', 'c'],
    ['--dry'],
    ['import-django'],
    ['migrate', '--dry-run'],
  ]) {
    const { code, out, talk } = await run(service, ...args)
    expect([args, code, out, talk.includes('commands VERB')]).toEqual([args, 2, '', true])
  }
  const wrong = await run(service, 'admin', 'add', 'not an address')
  expect([wrong.code, wrong.talk.split('\n')[0]]).toEqual([1, '✗ "not an address" is no email address'])
  const lost = await run(
    {
      ...service,
      settings: { ...service.settings, database: { ...service.settings.database, name: 'nowhere' } },
    },
    'migrate',
  )
  expect([lost.code, lost.talk]).toEqual([
    1,
    expect.stringMatching(
      /^✗ database nowhere can not be worked with\n\n {2}why {6}database "nowhere" does not exist\n/,
    ),
  ])
})
