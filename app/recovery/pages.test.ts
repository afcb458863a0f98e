import { expect, test } from 'vitest'
import { getPage, postForm, problemsOf } from '../pages/posting.ts'
import { withService } from '../testing.ts'

test('asking for a new password looks the same whether there is an account or not', async () => {
  const { browser, account } = await withService()
  const { email } = await account()
  const pages = await Promise.all(
    [email, 'nobody@example.net'].map(async (each) => {
      const visitor = browser()
      const { statusCode, headers } = await postForm(visitor, '/recover', { email: each })
      const { body } = await getPage(visitor, '/recover/sent')
      return [statusCode, headers.location, body.replaceAll(each, 'EMAIL')]
    }),
  )
  expect(pages[0]).toEqual(pages[1])
})

test('who signs up with an address until no more mail goes there keeps no recovery from its owner', async () => {
  const { browser, account, mailbox } = await withService()
  const { email } = await account()
  const stranger = browser()
  const signUp = () => stranger.send('POST', '/api/sign-ups', { email, password: 'seven green boats' })
  const statuses = []
  for (let tries = 0; tries < 5; tries += 1) statuses.push((await signUp()).statusCode)
  expect([statuses[0], statuses.at(-1)]).toEqual([202, 429])
  const owner = browser()
  expect((await owner.send('POST', '/api/recoveries', { email })).statusCode).toBe(202)
  await expect.poll(async () => (await mailbox.next(email)).subject, { timeout: 20_000 }).toMatch(/password/i)
})

test('the code of the mail stays in the form while the password is not good enough, and works once', async () => {
  const { browser, account, mailbox } = await withService()
  const { email } = await account()
  const visitor = browser()
  await postForm(visitor, '/recover', { email })
  const { code } = await mailbox.next(email)
  const short = await postForm(visitor, '/reset', { token: code, password: 'short' })
  expect([short.statusCode, problemsOf(short.body)]).toEqual([422, ['password: Use at least 8 characters']])
  expect(short.body).toContain(`value="${code}"`)
  const fields = { token: code, password: 'nine amber kettles' }
  const all = await Promise.all(Array.from({ length: 8 }, () => postForm(visitor, '/reset', fields)))
  expect(all.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
    303,
    ...Array.from({ length: 7 }, () => 400),
  ])
  const again = await postForm(visitor, '/reset', fields)
  expect(problemsOf(again.body)[0]).toMatch(/^: This link was used already/)
})
