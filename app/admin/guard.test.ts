import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { adminOf, memberOf } from './testing.ts'

const somebody = '/api/admin/accounts/00000000-0000-4000-8000-000000000000'
const reads = ['/api/admin/accounts', somebody, '/api/admin/numbers']
const acts: [string, object][] = [
  ...['disable', 'enable', 'reset', 'end-sessions', 'delete'].map((act): [string, object] => [
    `${somebody}/${act}`,
    {},
  ]),
  [`${somebody}/role`, { role: 'admin' }],
  ['/api/admin/sessions/end-all', {}],
]

test('nothing of the admins’ is answered on the people’s site, not even to an admin', async () => {
  const service = await withService()
  const { email, password } = await adminOf(service)
  const browser = service.browser()
  await browser.send('POST', '/api/session', { email, password })
  for (const url of reads) expect((await browser.send('GET', url)).code).toBe('NOT_FOUND')
  for (const [url, body] of acts) expect((await browser.send('POST', url, body)).code).toBe('NOT_FOUND')
})

test('strangers and members are refused everywhere', async () => {
  const service = await withService()
  const stranger = service.browser({ site: 'admin' })
  for (const url of reads) expect((await stranger.send('GET', url)).code).toBe('NOT_SIGNED_IN')
  for (const [url, body] of acts) expect((await stranger.send('POST', url, body)).code).toBe('NOT_SIGNED_IN')
  const member = await adminOf(service)
  await service.owner`update accounts set role = 'member' where id = ${member.id}`
  for (const url of reads) {
    const { statusCode, code } = await member.send('GET', url)
    expect([statusCode, code]).toEqual([403, 'NOT_ALLOWED'])
  }
  for (const [url, body] of acts) expect((await member.send('POST', url, body)).code).toBe('NOT_ALLOWED')
})

test('members are told on the admins’ site what strangers are told, and it counts as a try', async () => {
  const service = await withService()
  const { email, password, id } = await memberOf(service)
  const browser = service.browser({ site: 'admin' })
  const right = await browser.send('POST', '/api/session', { email, password })
  const wrong = await browser.send('POST', '/api/session', { email, password: 'not the password' })
  const nobody = await browser.send('POST', '/api/session', { email: 'nobody@example.org', password })
  expect([right.statusCode, right.code]).toEqual([401, 'WRONG_CREDENTIALS'])
  expect([wrong.body, nobody.body]).toEqual([right.body, right.body])
  expect(right.cookies).toEqual([])
  expect(
    await service.owner`select event from history where account_id = ${id} and event <> 'account-created'`,
  ).toEqual([{ event: 'sign-in-failed' }, { event: 'sign-in-failed' }])
  expect(await service.owner`select from sessions`).toHaveLength(0)
})

test('acts ask for who it is after ten minutes, reading does not', async () => {
  const service = await withService()
  const { send } = await adminOf(service)
  await service.owner`update sessions set confirmed_at = now() - interval '10 minutes', factor_at = now() - interval '10 minutes'`
  for (const [url, body] of acts) {
    const { statusCode, code } = await send('POST', url, body)
    expect([statusCode, code]).toEqual([403, 'CONFIRM_FIRST'])
  }
  expect((await send('GET', '/api/admin/accounts')).statusCode).toBe(200)
})

test('an admin who has shown no factor in this session is let in nowhere', async () => {
  const service = await withService()
  const { send } = await adminOf(service)
  await service.owner`update sessions set factor_at = null`
  for (const url of reads) expect((await send('GET', url)).code).toBe('FACTOR_NEEDED')
  for (const [url, body] of acts) expect((await send('POST', url, body)).code).toBe('FACTOR_NEEDED')
  await service.owner`delete from factors`
  for (const url of reads) expect((await send('GET', url)).code).toBe('ENROL_FACTOR_FIRST')
  for (const [url, body] of acts) expect((await send('POST', url, body)).code).toBe('ENROL_FACTOR_FIRST')
})

test('a session of one site is none on the other', async () => {
  const service = await withService()
  const boss = await adminOf(service)
  const own = service.browser()
  const { email, password } = boss
  await service.owner`delete from factors`
  await own.send('POST', '/api/session', { email, password })
  for (const [from, to] of [
    [own, service.browser({ site: 'admin' })],
    [boss, service.browser()],
  ] as const) {
    expect((await from.send('GET', '/api/session')).code).not.toBe('NOT_SIGNED_IN')
    to.cookies.set('__Host-session', from.cookies.get('__Host-session') ?? '')
    expect((await to.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  }
})
