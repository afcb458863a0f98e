import { expect, test } from 'vitest'
import { getPage, postForm, problemsOf } from '../pages/posting.ts'
import { withService } from '../testing.ts'

test('an address is changed by forms alone, once it was shown who asks', async () => {
  const { signedIn, mailbox, owner } = await withService()
  const person = await signedIn()
  await owner`update sessions set confirmed_at = now() - interval '11 minutes'`
  const late = await postForm(person, '/account/email', { email: 'new@example.net' })
  expect(late.headers.location).toBe('/confirm?next=%2Faccount%2Femail')
  const wrong = await postForm(person, '/confirm?next=%2Faccount%2Femail', { password: 'wrong' })
  expect([wrong.statusCode, problemsOf(wrong.body)]).toEqual([403, ['password: This password is wrong']])
  const right = await postForm(person, '/confirm?next=%2Faccount%2Femail', { password: person.password })
  expect(right.headers.location).toBe('/account/email')
  expect((await postForm(person, '/account/email', { email: 'new@example.net' })).headers.location).toBe(
    '/account/email/sent',
  )
  const { code } = await mailbox.next('new@example.net')
  const moved = await postForm(person, '/account/email/confirm', { token: code })
  expect(moved.headers.location).toBe('/account?done=address-changed')
  expect((await getPage(person, '/account')).body).toContain('new<wbr />@example.net')
})

test('a code that means nothing changes nothing', async () => {
  const { signedIn } = await withService()
  const person = await signedIn()
  for (const path of [
    '/account/email/confirm',
    '/account/email/undo',
    '/account/keep',
    '/not-me',
    '/activate',
  ])
    expect((await postForm(person, path, { token: 'x'.repeat(43) })).statusCode).toBe(400)
  expect((await person.send('GET', '/api/session')).statusCode).toBe(200)
})
