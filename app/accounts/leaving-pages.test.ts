import { expect, test } from 'vitest'
import { getPage, postForm, problemsOf } from '../pages/posting.ts'
import { withService } from '../testing.ts'

test('an account is exported, deleted and kept by forms alone', async () => {
  const { signedIn, browser, mailbox } = await withService()
  const person = await signedIn()
  const file = await getPage(person, '/account/export/file')
  expect(file.headers['content-disposition']).toMatch(
    /^attachment; filename="account-\d{4}-\d\d-\d\d\.json"$/,
  )
  expect(file.json()).toMatchObject({ account: { email: person.email } })
  const wrong = await postForm(person, '/account/delete', { password: 'wrong' })
  expect([wrong.statusCode, problemsOf(wrong.body)]).toEqual([403, ['password: This password is wrong']])
  const gone = await postForm(person, '/account/delete', { password: person.password })
  expect(gone.headers.location).toBe('/sign-in?done=leaving')
  expect((await getPage(person, '/account')).headers.location).toBe('/sign-in?next=%2Faccount')
  const { code } = await mailbox.next(person.email)
  const kept = await postForm(browser(), '/account/keep', { token: code })
  expect(kept.headers.location).toBe('/sign-in?done=kept')
})

test('a file is for who showed within ten minutes who it is', async () => {
  const { signedIn, browser, owner } = await withService()
  const person = await signedIn()
  await owner`update sessions set confirmed_at = now() - interval '11 minutes'`
  for (const path of ['/account/export', '/account/export/file'])
    expect((await getPage(person, path)).headers.location).toBe('/confirm?next=%2Faccount%2Fexport')
  expect((await getPage(browser(), '/account/export/file')).headers.location).toBe(
    '/sign-in?next=%2Faccount%2Fexport',
  )
})
