import { expect, test } from 'vitest'
import { appOf } from '../pages/authenticator-app.ts'
import { getPage, postForm, problemsOf } from '../pages/posting.ts'
import { withService } from '../testing.ts'

test('an authenticator app is set up, and asked for, by forms alone', async () => {
  const { signedIn, browser, owner } = await withService()
  const person = await signedIn()
  expect((await postForm(person, '/account/factors/totp/begin')).headers.location).toBe(
    '/account/factors/totp',
  )
  const shown = await getPage(person, '/account/factors/totp')
  const codeNow = appOf(/<code class="secret">([A-Z2-7 ]+)</.exec(shown.body)?.[1] ?? '')
  const wrong = await postForm(person, '/account/factors/totp', { code: '000 000' })
  expect([wrong.statusCode, problemsOf(wrong.body)]).toEqual([403, ['code: This code is wrong or too old']])
  const done = await postForm(person, '/account/factors/totp', { code: codeNow() })
  const codes = [...done.body.matchAll(/<code>([\da-z-]{19})</g)].map(([, code = '']) => code)
  expect([done.statusCode, codes.length]).toEqual([200, 10])

  const elsewhere = browser()
  const { email, password } = person
  const first = await postForm(elsewhere, '/sign-in?next=%2Faccount%2Fhistory', { email, password })
  expect(first.headers.location).toBe('/sign-in/second-factor?next=%2Faccount%2Fhistory')
  const neither = await postForm(elsewhere, '/sign-in/second-factor', {})
  expect(neither.statusCode).toBe(400)
  await owner`update factors set last_step = 0`
  const second = await postForm(elsewhere, '/sign-in/second-factor?next=%2Faccount%2Fhistory', {
    code: codeNow(),
  })
  expect(second.headers.location).toBe('/account/history')

  const another = browser()
  await postForm(another, '/sign-in', { email, password })
  const { body } = await getPage(another, '/sign-in/second-factor?by=recovery-code')
  expect(body).toContain('name="recoveryCode"')
  const recovered = await postForm(another, '/sign-in/second-factor?by=recovery-code', {
    recoveryCode: codes[3] ?? '',
  })
  expect(recovered.headers.location).toBe('/')
})

test("another's factor can't be removed, and what is no id is refused", async () => {
  const { signedIn } = await withService()
  const person = await signedIn()
  const remove = async (id: string): Promise<number> =>
    (await postForm(person, '/account/factors/remove', { id })).statusCode
  expect(await remove('00000000-0000-4000-8000-000000000000')).toBe(404)
  expect(await remove('\0')).toBe(400)
  // There is nothing that recovery codes could stand for.
  const { headers } = await postForm(person, '/account/factors/recovery-codes')
  expect(headers.location).toBe('/account/factors?next=%2Faccount%2Ffactors&done=enrol-first')
})
