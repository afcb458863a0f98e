import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type Browser, type Person, type TestService } from '../testing.ts'

let it: TestService
beforeAll(async () => {
  it = await startService()
})
afterAll(() => it.close())

let addresses = 0
const freshAddress = (): string => `taken-over${(addresses += 1)}@example.org`

/** Moves an account, and answers the code that its old address got. */
async function move(person: Browser & Person, from: string, to: string): Promise<string> {
  await person.send('PUT', '/api/account/email', { email: to })
  await it.mailbox.next(from)
  const { code } = await it.mailbox.next(to)
  expect((await person.send('POST', '/api/account/email/confirm', { token: code })).statusCode).toBe(200)
  return (await it.mailbox.next(from)).code
}

const undo = (token: unknown) => it.browser().send('POST', '/api/account/email/undo', { token })
const accountAt = async (email: string): Promise<{ id: string; status: string } | undefined> =>
  (
    await it.owner<{ id: string; status: string }[]>`
    select id, status from accounts where email_key = lower(${email})`
  )[0]
const newestTo = (address: string) => it.mailbox.mails.filter(({ to }) => to === address).at(-1)

test('the old address brings the account back, and whoever had moved it is out and knows no password', async () => {
  const ada = await it.signedIn()
  const away = freshAddress()
  const token = await move(ada, ada.email, away)
  const further = freshAddress()
  await ada.send('PUT', '/api/account/email', { email: further })
  const { code: pending } = await it.mailbox.next(further)
  await ada.send('POST', '/api/recoveries', { email: away })
  await expect.poll(() => newestTo(away)?.subject).toBe('Choose a new password for Accounts')
  const stolenReset = newestTo(away)?.code

  const undone = await undo(token)
  expect([undone.statusCode, undone.json()]).toEqual([
    200,
    {
      message:
        'Your account has its old address again, and everybody is signed out. We have sent you a mail to choose a new password',
    },
  ])
  expect(await accountAt(away)).toBeUndefined()
  expect((await ada.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect(
    (
      await it
        .browser()
        .send('POST', '/api/recoveries/reset', { token: stolenReset, password: 'nine green boats' })
    ).code,
  ).toBe('LINK_INVALID')
  const signIn = (password: string) =>
    it.browser().send('POST', '/api/session', { email: ada.email, password })
  expect((await signIn(ada.password)).code).toBe('WRONG_CREDENTIALS')

  const restored = await it.mailbox.next(ada.email)
  expect(restored.text).toContain(`https://app.example.com/reset#${restored.code}`)
  await expect.poll(() => newestTo(away)?.subject).toBe('Your account at Accounts has left this address')
  const password = 'ten green boats at sea'
  expect(
    (await it.browser().send('POST', '/api/recoveries/reset', { token: restored.code, password })).statusCode,
  ).toBe(200)
  expect((await signIn(password)).statusCode).toBe(204)
  expect((await undo(token)).code).toBe('LINK_INVALID')
  await ada.send('POST', '/api/session', { email: ada.email, password })
  expect((await ada.send('POST', '/api/account/email/confirm', { token: pending })).code).toBe('LINK_INVALID')
  const events = await it.owner<{ event: string }[]>`
    select event from history where account_id = ${(await accountAt(ada.email))?.id ?? null} and event like 'address%' order by id`
  expect(events.map(({ event }) => event)).toEqual([
    'address-change-asked',
    'address-changed',
    'address-change-asked',
    'address-change-undone',
  ])
})

test('who moves an account twice can not keep its first address from bringing it back', async () => {
  const ada = await it.signedIn()
  const [first, second] = [freshAddress(), freshAddress()]
  const owners = await move(ada, ada.email, first)
  const strangers = await move(ada, first, second)
  expect((await undo(strangers)).statusCode).toBe(200)
  expect(await accountAt(first)).toBeDefined()
  expect((await undo(owners)).statusCode).toBe(200)
  expect(await accountAt(ada.email)).toBeDefined()
})

test('undoing a move makes those after it as if they had never been', async () => {
  const ada = await it.signedIn()
  const [first, second] = [freshAddress(), freshAddress()]
  const owners = await move(ada, ada.email, first)
  const strangers = await move(ada, first, second)
  expect((await undo(owners)).statusCode).toBe(200)
  expect((await undo(strangers)).code).toBe('LINK_INVALID')
  expect(await accountAt(ada.email)).toBeDefined()
})

test('a stranger who moves an account and then deletes it does not win either', async () => {
  const ada = await it.signedIn()
  const away = freshAddress()
  const token = await move(ada, ada.email, away)
  expect((await ada.send('DELETE', '/api/account', { password: ada.password })).statusCode).toBe(200)
  const keep = (await it.mailbox.next(away)).code
  expect((await undo(token)).statusCode).toBe(200)
  expect(await accountAt(ada.email)).toMatchObject({ status: 'active' })
  expect((await it.browser().send('POST', '/api/account/keep', { token: keep })).code).toBe('LINK_INVALID')
})

test('whoever asks for an account or a password with an address that was left gets the way back instead', async () => {
  const ada = await it.signedIn()
  await move(ada, ada.email, freshAddress())
  await it.browser().send('POST', '/api/recoveries', { email: ada.email })
  const first = await it.mailbox.next(ada.email)
  expect(first.subject).toBe('Your address for Accounts was changed')
  await it.browser().send('POST', '/api/sign-ups', { email: ada.email, password: 'twelve green boats' })
  const second = await it.mailbox.next(ada.email)
  expect(second.text).toContain(`/account/email/undo#${second.code}`)
  expect((await undo(first.code)).statusCode).toBe(200)
  expect((await undo(second.code)).code).toBe('LINK_INVALID')
})

test('an address that belongs to somebody else by now does not come back, and nothing changes', async () => {
  const ada = await it.signedIn()
  const away = freshAddress()
  const token = await move(ada, ada.email, away)
  await it.owner`insert into accounts (email) values (${ada.email})`
  expect((await undo(token)).code).toBe('LINK_INVALID')
  expect(await accountAt(away)).toMatchObject({ status: 'active' })
  expect((await ada.send('GET', '/api/session')).statusCode).toBe(200)
})

test('of eight who undo at once, one does; after seven days, nobody', async () => {
  const ada = await it.signedIn()
  const token = await move(ada, ada.email, freshAddress())
  await it.owner`update address_changes set expires_at = now() where former = ${ada.email}`
  expect((await undo(token)).code).toBe('LINK_INVALID')
  await it.owner`update address_changes set expires_at = now() + interval '1 day' where former = ${ada.email}`
  await it.owner`update links set expires_at = now() where purpose = 'undo-address'`
  expect((await undo(token)).code).toBe('LINK_INVALID')
  await it.owner`update links set expires_at = now() + interval '1 day' where purpose = 'undo-address'`
  const sent = await Promise.all(Array.from({ length: 8 }, () => undo(token)))
  expect(sent.map(({ code = '' }) => code).toSorted()).toEqual([
    '',
    ...Array.from({ length: 7 }, () => 'LINK_INVALID'),
  ])
})

test.each([[undefined], [null], [7], [[]], [''], ['\u0000'], ['x'.repeat(201)], ["' or true --"]])(
  'the code %j undoes nothing',
  async (token) => {
    const { statusCode, code } = await undo(token)
    expect([statusCode, code]).toEqual([400, expect.stringMatching(/^(LINK_INVALID|INVALID_INPUT)$/)])
  },
)
