import { beforeAll, afterAll, expect, test } from 'vitest'
import { startService, type Browser, type Person, type TestService } from '../testing.ts'

let it: TestService
beforeAll(async () => {
  it = await startService()
})
afterAll(() => it.close())

let addresses = 0
const freshAddress = (): string => `moved${(addresses += 1)}@example.org`

/** Asks for a move and answers the code that was mailed to the new address. */
async function askFor(person: Browser & Person, email: string): Promise<string> {
  const asked = await person.send('PUT', '/api/account/email', { email })
  expect([asked.statusCode, asked.json()]).toEqual([
    202,
    {
      message:
        'We have sent a mail to the new address. Follow the link in it within 24 hours, where you are signed in',
    },
  ])
  return (await it.mailbox.next(email)).code
}

const idOf = async ({ email }: { email: string }): Promise<string> =>
  (await it.owner<[{ id: string }]>`select id from accounts where email_key = lower(${email})`)[0].id

test('an account moves once its new address is confirmed, and its old one is told before and after', async () => {
  const ada = await it.signedIn({ name: 'Ada' })
  const other = it.browser()
  await other.send('POST', '/api/session', { email: ada.email, password: ada.password })
  await it.mailbox.next(ada.email)
  const email = 'Ada.Moved@Example.org'
  const asked = await ada.send('PUT', '/api/account/email', { email })
  expect(asked.statusCode).toBe(202)
  expect((await ada.send('GET', '/api/account')).json()).toMatchObject({
    email: ada.email,
    askedEmail: email,
  })

  const confirm = await it.mailbox.next(email)
  expect(confirm.subject).toBe('Confirm your new address for Accounts')
  expect(confirm.text).toContain(`https://app.example.com/account/email/confirm#${confirm.code}`)
  expect(confirm.text).not.toContain(ada.email)
  expect(confirm.text).not.toContain('Ada ')
  const notice = await it.mailbox.next(ada.email)
  expect(notice.text).toContain('from Firefox on Linux to move your account to Ada.Moved@Example.org')
  expect(notice.text).toContain('https://app.example.com/not-me#')

  const before = ada.cookies.get('__Host-session')
  const confirmed = await ada.send('POST', '/api/account/email/confirm', { token: confirm.code })
  expect([confirmed.statusCode, confirmed.json()]).toEqual([
    200,
    { message: 'Your account has its new address, and you are signed out everywhere else' },
  ])
  expect(ada.cookies.get('__Host-session')).not.toBe(before)
  expect((await ada.send('GET', '/api/account')).json()).toMatchObject({ email, askedEmail: null })
  expect((await other.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  const changed = await it.mailbox.next(ada.email)
  expect(changed.text).toContain(`moved to ${email}`)
  expect(changed.text).toContain(`https://app.example.com/account/email/undo#${changed.code}`)

  const signIn = (address: string) =>
    it.browser().send('POST', '/api/session', { email: address, password: ada.password })
  expect((await signIn(ada.email)).code).toBe('WRONG_CREDENTIALS')
  expect((await signIn('ada.moved@example.org')).statusCode).toBe(204)
  const { entries } = (await ada.send('GET', '/api/account/history')).json<{ entries: { event: string }[] }>()
  expect(entries.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['address-changed', 'address-change-asked']),
  )
})

test('whether the new address is taken shows only in its own mailbox', async () => {
  const [ada, other] = [await it.signedIn(), await it.account()]
  const free = freshAddress()
  const taken = other.email.toUpperCase()
  const answers = []
  for (const email of [free, taken]) {
    const { statusCode, body, headers } = await ada.send('PUT', '/api/account/email', { email })
    const account = (await ada.send('GET', '/api/account')).json<{ askedEmail: string }>()
    answers.push({ statusCode, body, length: headers['content-length'], asked: account.askedEmail === email })
    await it.mailbox.next(ada.email)
  }
  expect(answers[0]).toEqual(answers[1])
  expect((await it.mailbox.next(free)).subject).toBe('Confirm your new address for Accounts')
  const mail = await it.mailbox.next(taken)
  expect([mail.subject, mail.code]).toEqual(['This address has an account at Accounts already', ''])
  expect((await ada.send('GET', '/api/account')).json()).toMatchObject({ askedEmail: taken })
})

test('an address that somebody else takes meanwhile is refused like a code that means nothing', async () => {
  const [ada, bob] = [await it.signedIn(), await it.signedIn()]
  const email = freshAddress()
  const adas = await askFor(ada, email)
  const bobs = await askFor(bob, email)
  const sent = await Promise.all([
    ada.send('POST', '/api/account/email/confirm', { token: adas }),
    bob.send('POST', '/api/account/email/confirm', { token: bobs }),
  ])
  expect(sent.map(({ code = '' }) => code).toSorted()).toEqual(['', 'LINK_INVALID'])
  expect(await it.owner`select from accounts where email_key = ${email}`).toHaveLength(1)
})

test('of eight who send a code at once, one moves the account', async () => {
  const ada = await it.signedIn()
  const token = await askFor(ada, freshAddress())
  const sent = await Promise.all(
    Array.from({ length: 8 }, () => ada.send('POST', '/api/account/email/confirm', { token })),
  )
  expect(sent.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
  // Whoever comes late finds the id of the session renewed.
  for (const { code = '' } of sent) expect(['', 'LINK_INVALID', 'NOT_SIGNED_IN']).toContain(code)
})

test('a code is good for the account that asked, signed in, for 24 hours, and only the newest', async () => {
  const [ada, eve] = [await it.signedIn(), await it.signedIn()]
  const first = await askFor(ada, freshAddress())
  const email = freshAddress()
  const token = await askFor(ada, email)
  const confirm = (who: Browser, code: unknown = token) =>
    who.send('POST', '/api/account/email/confirm', { token: code })
  expect((await confirm(it.browser())).code).toBe('NOT_SIGNED_IN')
  expect((await confirm(eve)).code).toBe('LINK_INVALID')
  expect((await confirm(ada, first)).code).toBe('LINK_INVALID')
  expect((await confirm(ada, 'x'.repeat(43))).code).toBe('LINK_INVALID')
  const undone = await ada.send('POST', '/api/account/email/undo', { token })
  expect(undone.code).toBe('LINK_INVALID')
  await it.owner`update links set expires_at = now() where account_id = ${await idOf(ada)}`
  expect((await confirm(ada)).code).toBe('LINK_INVALID')
  await it.owner`update links set expires_at = now() + interval '1 hour' where account_id = ${await idOf(ada)}`
  expect((await confirm(ada)).statusCode).toBe(200)
  expect((await ada.send('GET', '/api/account')).json()).toMatchObject({ email })
})

test.each([
  [
    'a new password',
    (ada: Browser & Person) =>
      ada.send('PUT', '/api/password', { currentPassword: ada.password, newPassword: 'eight green boats' }),
  ],
  [
    '"not me"',
    async (ada: Browser & Person) => {
      const { code } = await it.mailbox.next(ada.email)
      const gone = await it.browser().send('POST', '/api/not-me', { token: code })
      await ada.send('POST', '/api/session', { email: ada.email, password: ada.password })
      return gone
    },
  ],
])('%s makes a move void that was not confirmed, also one whose mail still waits', async (_by, act) => {
  const ada = await it.signedIn()
  const token = await askFor(ada, freshAddress())
  expect((await act(ada)).statusCode).toBeLessThan(300)
  expect((await ada.send('POST', '/api/account/email/confirm', { token })).code).toBe('LINK_INVALID')
  expect(await it.owner`select from address_changes where account_id = ${await idOf(ada)}`).toEqual([])
  expect(
    await it.owner`
    select from links where account_id = ${await idOf(ada)} and purpose = 'confirm-address'`,
  ).toEqual([])
})

test('a mail that is sent after its move became void is not sent', async () => {
  const ada = await it.signedIn()
  const accountId = await idOf(ada)
  const email = freshAddress()
  await it.service.parts.outbox.add({
    template: 'confirm-address',
    recipient: email,
    accountId,
    details: { change: '1' },
  })
  await it.owner`delete from address_changes where account_id = ${accountId}`
  await expect.poll(() => it.owner`select from outbox where recipient = ${email}`).toEqual([])
  expect(it.mailbox.mails.some(({ to }) => to === email)).toBe(false)
})

test('the own address can get other capitals, and asking for it as it is is refused', async () => {
  const ada = await it.signedIn()
  const same = await ada.send('PUT', '/api/account/email', { email: ada.email })
  expect([same.code, same.json()]).toMatchObject([
    'INVALID_INPUT',
    { error: { fields: { email: 'This is your address already' } } },
  ])
  const email = ada.email.replace('person', 'Person')
  await ada.send('PUT', '/api/account/email', { email })
  const mails = [await it.mailbox.next(email), await it.mailbox.next(email)]
  const token = mails.find(({ subject }) => subject.startsWith('Confirm'))?.code
  expect((await ada.send('POST', '/api/account/email/confirm', { token })).statusCode).toBe(200)
  expect((await ada.send('GET', '/api/account')).json()).toMatchObject({ email })
})
