import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type Browser, type TestService } from '../testing.ts'
import type { HistoryPage } from './reading.ts'

let it: TestService
beforeAll(async () => {
  it = await startService()
})
afterAll(() => it.close())

const page = async (browser: Browser, query = ''): Promise<HistoryPage> =>
  (await browser.send('GET', `/api/account/history${query}`)).json<HistoryPage>()

test('a person reads what happened to the account, the last first', async () => {
  const ada = await it.signedIn()
  await it.browser().send('POST', '/api/session', { email: ada.email, password: 'wrong one' })
  const { entries, next } = await page(ada)
  expect(next).toBeNull()
  expect(entries.map(({ event }) => event)).toEqual(['sign-in-failed', 'signed-in', 'account-created'])
  expect(entries[1]).toEqual({
    id: expect.stringMatching(/^\d+$/),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/),
    event: 'signed-in',
    device: 'Firefox on Linux',
    network: expect.stringMatching(/^198\.51\.100\.\d+$/),
    byAdmin: false,
    details: {},
  })
})

test('nobody reads the history of somebody else, and nobody any of it signed out', async () => {
  const [ada, bob] = [await it.signedIn(), await it.signedIn()]
  const [last] = (await page(bob)).entries
  const own = (await page(ada)).entries.map(({ id }) => id)
  expect((await page(ada, `?before=${Number(last?.id) + 1}`)).entries.map(({ id }) => id)).toEqual(own)
  expect((await it.browser().send('GET', '/api/account/history')).code).toBe('NOT_SIGNED_IN')
})

test('it comes in pages of fifty, none twice and none left out', async () => {
  const ada = await it.signedIn()
  await it.owner`
    insert into history (account_id, event) select id, 'confirmed' from accounts, generate_series(1, 98)
    where email = ${ada.email}`
  const first = await page(ada)
  const second = await page(ada, `?before=${first.next}`)
  expect([first.entries.length, second.entries.length, second.next]).toEqual([50, 50, null])
  const ids = [...first.entries, ...second.entries].map(({ id }) => id)
  expect(new Set(ids).size).toBe(100)
  expect(await page(ada, '?before=0')).toEqual({ entries: [], next: null })
})

test('that an admin did something is told, from where is not', async () => {
  const ada = await it.signedIn()
  await it.owner`
    insert into history (account_id, event, actor_id, device, network, details)
    select id, 'sessions-ended', gen_random_uuid(), 'Firefox on Linux', '192.0.2.1', '{"ended": 3}'
    from accounts where email = ${ada.email}`
  const [entry] = (await page(ada)).entries
  expect(entry).toMatchObject({ byAdmin: true, device: '', network: '', details: { ended: 3 } })
})

test.each([
  'before=',
  'before=-1',
  'before=1e3',
  'before=x',
  'before=1%00',
  'before=9999999999999999999',
  'before=1&before=2',
  'limit=1000',
  'account=1',
])('?%s is refused', async (query) => {
  const { statusCode, code } = await (await asked()).send('GET', `/api/account/history?${query}`)
  expect([statusCode, code]).toEqual([400, 'INVALID_INPUT'])
})
let oneToAsk: Promise<Browser> | undefined
const asked = (): Promise<Browser> => (oneToAsk ??= it.signedIn())

test('the service can add to a history, and neither change nor shorten it', async () => {
  const { db } = it.service.parts
  await expect(db`update history set event = 'confirmed'`).rejects.toThrow('permission denied')
  await expect(db`delete from history`).rejects.toThrow('permission denied')
  await expect(db`truncate history`).rejects.toThrow('permission denied')
  await expect(db`delete from accounts`).rejects.toThrow('permission denied')
})
