import { expect, test } from 'vitest'
import { withService } from '../testing.ts'

const asHex = (secret: string): string => Buffer.from(secret.replace('app-', ''), 'base64url').toString('hex')

test('a dump of the tables holds nothing that lets somebody in', async () => {
  const it = await withService()
  const { browser, mailbox, owner } = it
  const ada = await it.signedIn({ email: 'ada@example.net', name: 'Ada Lovelace' })
  const session = ada.cookies.get('__Host-session') ?? ''
  const device = ada.cookies.get('__Host-device') ?? ''
  await browser().send('POST', '/api/recoveries', { email: ada.email })
  const { code: reset } = await mailbox.next(ada.email)
  await browser().send('POST', '/api/sign-ups', { email: 'bob@example.net', password: 'nine red kites 1' })
  const { code: activation } = await mailbox.next('bob@example.net')
  const secrets = [session, device, reset, activation, ada.password, 'nine red kites 1']
  expect(secrets.filter((secret) => secret.length < 15)).toEqual([])
  // Each id and code has 256 bits.
  expect([session, reset, activation].map((secret) => secret.replace('app-', '').length)).toEqual([
    43, 43, 43,
  ])

  const tables = await owner<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public'`
  const dump = await Promise.all(
    tables.map(async ({ name }) => JSON.stringify(await owner`select t::text as row from ${owner(name)} t`)),
  )
  expect(dump.join('\n')).toContain(ada.email)
  expect(secrets.filter((secret) => dump.join('\n').includes(secret))).toEqual([])
  // As bytes neither.
  expect(
    [session, device, reset, activation].filter((secret) => dump.join('\n').includes(asHex(secret))),
  ).toEqual([])
})

test('every line of the log is one JSON object, whatever was sent', async () => {
  const { browser, logged } = await withService()
  const forged = '\r\n{"level":50,"msg":"forged"}\r\n'
  const { send } = browser({ userAgent: 'Mozilla/5.0 {"level":50,"msg":"forged"}' })
  await send('GET', `/api/${encodeURIComponent(forged)}?${encodeURIComponent(forged)}`)
  await send('POST', '/api/session', { email: forged, password: forged })
  await send('POST', '/api/session', { email: 'ada@example.net', password: forged })
  await send('DELETE', `/api/sessions/${encodeURIComponent(forged)}`)
  const messages = logged()
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg)
  expect(messages.filter((message) => message === 'answered')).toHaveLength(4)
  expect(messages).not.toContain('forged')
})
