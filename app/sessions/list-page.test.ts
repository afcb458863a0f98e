import { expect, test } from 'vitest'
import { getPage, postForm, problemsOf } from '../pages/posting.ts'
import { withService } from '../testing.ts'

const idsOf = (body: string): string[] =>
  [...body.matchAll(/name="id" value="([\da-f-]+)"/g)].map(([, id = '']) => id)

test('a person ends one other session, and then all others', async () => {
  const { browser, signedIn } = await withService()
  const person = await signedIn()
  const [phone, desk, tablet] = [browser(), browser(), browser()]
  const { email, password } = person
  for (const each of [phone, desk, tablet]) await each.send('POST', '/api/session', { email, password })
  const { body } = await getPage(person, '/account/sessions')
  expect(body).toContain('This browser')
  const others = idsOf(body)
  expect(others).toHaveLength(3)
  const ended = await postForm(person, '/account/sessions/end', { id: others[0] ?? '' })
  expect(ended.headers.location).toBe('/account/sessions?done=session-ended')
  expect(idsOf((await getPage(person, '/account/sessions')).body)).toEqual(others.slice(1))
  const all = await postForm(person, '/account/sessions/end-others')
  expect(all.headers.location).toBe('/account/sessions?done=sessions-ended')
  for (const each of [phone, desk, tablet])
    expect((await each.send('GET', '/api/session')).statusCode).toBe(401)
  expect((await person.send('GET', '/api/session')).statusCode).toBe(200)
})

test("another's session is as unknown as one that never was", async () => {
  const { signedIn, owner } = await withService()
  const [person, other] = [await signedIn(), await signedIn()]
  const [{ handle }] = await owner<[{ handle: string }]>`
    select handle from sessions s join accounts a on a.id = s.account_id where a.email = ${other.email}`
  const theirs = await postForm(person, '/account/sessions/end', { id: handle })
  const never = await postForm(person, '/account/sessions/end', {
    id: '00000000-0000-4000-8000-000000000000',
  })
  expect([theirs.statusCode, never.statusCode]).toEqual([404, 404])
  expect(problemsOf(theirs.body)).toEqual(problemsOf(never.body))
  for (const id of ['', '1', "' or true --", '\0', `${handle}\r\n`])
    expect((await postForm(person, '/account/sessions/end', { id })).statusCode).toBe(400)
  expect((await other.send('GET', '/api/session')).statusCode).toBe(200)
})

test('who is not signed in is led to signing in, and from there back to the page', async () => {
  const { browser } = await withService()
  for (const path of ['/account/sessions/end', '/account/sessions/end-others'])
    expect((await postForm(browser(), path, {})).headers.location).toBe('/sign-in?next=%2Faccount%2Fsessions')
})
