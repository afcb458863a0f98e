import { expect, test } from 'vitest'
import { withService } from '../testing.ts'

test('all that is kept about a person comes as one JSON file, without anything that lets somebody in', async () => {
  const it = await withService()
  const ada = await it.signedIn({ name: 'Ada "the first"' })
  const bob = await it.signedIn({ name: 'Bob' })
  await ada.send('PUT', '/api/account/email', { email: 'new@example.org' })
  const { code } = await it.mailbox.next('new@example.org')
  await it.mailbox.next(ada.email)
  await ada.send('POST', '/api/recoveries', { email: ada.email })
  const { code: reset } = await it.mailbox.next(ada.email)
  // More than one page of it.
  await it.owner`
    insert into history (account_id, event) select id, 'confirmed' from accounts, generate_series(1, 1200)
    where email = ${ada.email}`

  // A mail is there a moment before it is out of the table.
  await expect.poll(() => it.owner`select from outbox`).toHaveLength(0)
  const answer = await ada.send('GET', '/api/account/export')
  expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
    200,
    'application/json; charset=utf-8',
    'no-store',
  ])
  expect(answer.headers['content-disposition']).toMatch(
    /^attachment; filename="account-\d{4}-\d\d-\d\d\.json"$/,
  )
  const file = answer.json<Record<string, unknown> & { history: { event: string }[] }>()
  expect(file).toMatchObject({
    site: 'Accounts',
    account: { email: ada.email, name: 'Ada "the first"', askedEmail: 'new@example.org' },
    sessions: [{ device: 'Firefox on Linux' }],
    devices: [{ label: 'Firefox on Linux' }],
    addressChanges: [{ from: null, to: 'new@example.org', confirmed: false }],
    mails: [],
  })
  expect((file['links'] as { purpose: string }[]).map(({ purpose }) => purpose).toSorted()).toEqual([
    'confirm-address',
    'end-sessions',
    'reset',
  ])
  expect(file.history.map(({ event }) => event)).toEqual([
    'data-exported',
    ...Array.from({ length: 1200 }, () => 'confirmed'),
    'address-change-asked',
    'signed-in',
    'account-created',
  ])
  const cookies = [...ada.cookies.values()]
  const [digests] = await it.owner<[{ secrets: string[] }]>`
    select array(select encode(digest, 'hex') from passwords union select encode(salt, 'hex') from passwords
      union select encode(id_hash, 'hex') from sessions union select handle::text from sessions
      union select encode(token_hash, 'hex') from links union select encode(token_hash, 'hex') from devices) as secrets`
  for (const secret of [...cookies, ...digests.secrets, code, reset, ada.password, bob.email, 'Bob'])
    expect(answer.body).not.toContain(secret)
})

test('the file needs a session that was confirmed within ten minutes, and there are not many of it', async () => {
  const it = await withService()
  const ada = await it.signedIn()
  const statuses = []
  for (let tries = 0; tries < 6; tries += 1)
    statuses.push((await ada.send('GET', '/api/account/export')).statusCode)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  await it.owner`update sessions set confirmed_at = now() - interval '11 minutes'`
  expect((await ada.send('GET', '/api/account/export')).code).toBe('CONFIRM_FIRST')
})

test('every table that knows of an account is in the file or has a reason not to be', async () => {
  const it = await withService()
  const tables = await it.owner<{ name: string }[]>`
    select conrelid::regclass::text as name from pg_constraint
    where contype = 'f' and confrelid = 'accounts'::regclass order by name`
  const file = (await (await it.signedIn()).send('GET', '/api/account/export')).json<object>()
  const inFile = Object.keys(file).map((part) =>
    part.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  )
  const otherwise = [
    // When it was chosen is told with the account; the rest lets somebody in.
    'passwords',
    'outbox', // as mails
  ]
  expect(tables.map(({ name }) => name).filter((name) => !inFile.includes(name))).toEqual(
    otherwise.toSorted(),
  )
})

test('a link on another site starts no download of the file, and leaves no trace', async () => {
  const { signedIn, owner } = await withService()
  const { send } = await signedIn()
  for (const path of ['/api/account/export', '/account/export/file'])
    for (const site of ['cross-site', 'same-site']) {
      const { code, statusCode } = await send('GET', path, undefined, { headers: { 'sec-fetch-site': site } })
      expect([path, statusCode, code]).toEqual([path, 403, 'CROSS_SITE'])
    }
  expect(await owner`select from history where event = 'data-exported'`).toHaveLength(0)
  expect((await send('GET', '/api/account/export')).statusCode).toBe(200)
})
