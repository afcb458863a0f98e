import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type Browser, type Person, type TestService } from '../testing.ts'

let it: TestService
beforeAll(async () => {
  it = await startService()
})
afterAll(() => it.close())

const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/)

test('a person sees what is kept of the account, and corrects the name', async () => {
  const ada = await it.signedIn({ name: 'Ada' })
  const account = {
    id: expect.any(String),
    email: ada.email,
    name: 'Ada',
    role: 'member',
    createdAt: moment,
    passwordChangedAt: moment,
    askedEmail: null,
  }
  expect((await ada.send('GET', '/api/account')).json()).toEqual(account)
  const name = 'Ada 🚢 Lovelace, née Byron'
  const renamed = await ada.send('PATCH', '/api/account', { name })
  expect([renamed.statusCode, renamed.json()]).toEqual([200, { ...account, name }])
  expect((await ada.send('GET', '/api/session')).json()).toMatchObject({ account: { name } })
  await ada.send('PATCH', '/api/account', { name })
  const { entries } = (await ada.send('GET', '/api/account/history')).json<{ entries: { event: string }[] }>()
  expect(entries.filter(({ event }) => event === 'account-changed')).toHaveLength(1)
  expect((await ada.send('PATCH', '/api/account', { name: '' })).json()).toMatchObject({ name: '' })
})

test('ten names in a row are enough; the same one again is none', async () => {
  const ada = await it.signedIn({ name: 'Ada' })
  const rename = async (name: string) => (await ada.send('PATCH', '/api/account', { name })).statusCode
  for (let times = 0; times < 12; times += 1) expect(await rename('Ada')).toBe(200)
  for (let times = 0; times < 10; times += 1) expect(await rename(`Ada ${times}`)).toBe(200)
  const refused = await ada.send('PATCH', '/api/account', { name: 'Ada 10' })
  expect([refused.statusCode, refused.code, refused.headers['retry-after']]).toEqual([
    429,
    'TOO_MANY_TRIES',
    expect.stringMatching(/^\d+$/),
  ])
  expect((await ada.send('GET', '/api/account')).json()).toMatchObject({ name: 'Ada 9' })
  const { entries } = (await ada.send('GET', '/api/account/history')).json<{ entries: { event: string }[] }>()
  expect(entries.filter(({ event }) => event === 'account-changed')).toHaveLength(10)
})

test.each([
  [undefined],
  [null],
  [[]],
  [{}],
  [{ name: null }],
  [{ name: 7 }],
  [{ name: ['Ada'] }],
  [{ name: 'A\u0000da' }],
  [{ name: 'Ada\r\nBcc: eve@example.org' }],
  [{ name: 'Ada\u202eada' }],
  [{ name: 'a'.repeat(201) }],
  [{ name: 'Ada', role: 'admin' }],
  [{ name: 'Ada', email: 'eve@example.org' }],
  [{ name: 'Ada', id: '00000000-0000-0000-0000-000000000000' }],
  [{ role: 'admin' }],
])('PATCH with %j changes nothing', async (body) => {
  const ada = await (oneToAsk ??= it.signedIn({ name: 'Ada' }))
  const before = (await ada.send('GET', '/api/account')).body
  const { statusCode, code = '' } = await ada.send('PATCH', '/api/account', body)
  expect(statusCode).toBe(400)
  expect(['INVALID_INPUT', 'MALFORMED_JSON']).toContain(code)
  expect((await ada.send('GET', '/api/account')).body).toBe(before)
})
let oneToAsk: Promise<Browser & Person> | undefined

test('nobody sees or changes anything signed out, and the site of the admins has none of it', async () => {
  const admins = it.browser({ site: 'admin' })
  for (const [method, path] of [
    ['GET', '/api/account'],
    ['PATCH', '/api/account'],
    ['DELETE', '/api/account'],
    ['GET', '/api/account/export'],
    ['GET', '/api/account/history'],
    ['PUT', '/api/account/email'],
    ['POST', '/api/account/email/confirm'],
  ] as const) {
    const body = {
      PATCH: { name: 'x' },
      DELETE: { password: 'x' },
      PUT: { email: 'x@example.org' },
      POST: { token: 'x' },
    }
    const sent = method === 'GET' ? undefined : body[method]
    expect([path, (await it.browser().send(method, path, sent)).code]).toEqual([path, 'NOT_SIGNED_IN'])
    expect([path, (await admins.send(method, path, sent)).statusCode]).toEqual([path, 404])
  }
})
