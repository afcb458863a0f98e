import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type Browser, type Person, type TestService } from '../testing.ts'

let it: TestService
beforeAll(async () => {
  it = await startService()
})
afterAll(() => it.close())

let addresses = 0
const freshAddress = (): string => `asked${(addresses += 1)}@example.org`
const idOf = async ({ email }: Person): Promise<string> =>
  (await it.owner<[{ id: string }]>`select id from accounts where email = ${email}`)[0].id

let oneToAsk: Promise<Browser & Person> | undefined
const bad = [
  undefined,
  null,
  7,
  [],
  ['a@example.org'],
  {},
  '',
  'nobody',
  'a@b',
  'a@example.org\r\nbcc: eve@example.org',
  'a\n@example.org',
  'a@example.org\n',
  'a\u0000@example.org',
  ' a@example.org',
  'а@example.org',
  'a@exаmple.org',
  'a@example.org,b@example.org',
  '"a b"@example.org',
  '<a@example.org>',
  `${'a'.repeat(65)}@example.org`,
  `a@${'b'.repeat(250)}.org`,
]
test.each(bad.map((email) => [email]))(
  'asking to move to %j is refused, and nothing is kept or sent',
  async (email) => {
    const ada = await (oneToAsk ??= it.signedIn())
    const sent = it.mailbox.mails.length
    const { statusCode, code } = await ada.send('PUT', '/api/account/email', { email })
    expect([statusCode, code]).toEqual([400, 'INVALID_INPUT'])
    expect(await it.owner`select from address_changes where account_id = ${await idOf(ada)}`).toEqual([])
    expect(it.mailbox.mails).toHaveLength(sent)
  },
)

test('asking needs a session that was confirmed within ten minutes, and no field that nobody knows', async () => {
  const ada = await it.signedIn()
  const email = freshAddress()
  expect((await it.browser().send('PUT', '/api/account/email', { email })).code).toBe('NOT_SIGNED_IN')
  expect((await ada.send('PUT', '/api/account/email', { email, accountId: await idOf(ada) })).code).toBe(
    'INVALID_INPUT',
  )
  await it.owner`update sessions set confirmed_at = now() - interval '11 minutes' where account_id = ${await idOf(ada)}`
  expect((await ada.send('PUT', '/api/account/email', { email })).code).toBe('CONFIRM_FIRST')
})

test('one account can ask for five addresses, then has to wait', async () => {
  const ada = await it.signedIn()
  const statuses = []
  for (let tries = 0; tries < 6; tries += 1) {
    const { statusCode, headers } = await ada.send('PUT', '/api/account/email', { email: freshAddress() })
    statuses.push([statusCode, Number(headers['retry-after'] ?? 0) > 500])
  }
  expect(statuses).toEqual([...Array.from({ length: 5 }, () => [202, false]), [429, true]])
})
