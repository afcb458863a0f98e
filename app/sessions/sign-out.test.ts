import { expect, test } from 'vitest'
import { postForm } from '../pages/posting.ts'
import { withService } from '../testing.ts'

const cleared =
  /^__Host-session=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax$/

test('whoever signs out, by a program or a form, or leaves, keeps no cookie of the dead session', async () => {
  const it = await withService()
  for (const end of [
    (own: Awaited<ReturnType<typeof it.signedIn>>) => own.send('DELETE', '/api/session'),
    (own: Awaited<ReturnType<typeof it.signedIn>>) => postForm(own, '/sign-out'),
    (own: Awaited<ReturnType<typeof it.signedIn>>) =>
      own.send('DELETE', '/api/account', { password: own.password }),
  ]) {
    const own = await it.signedIn()
    const ended = await end(own)
    expect([ended.headers['set-cookie']].flat()).toEqual([expect.stringMatching(cleared)])
    // What the account knows the browser by stays: it counts its tries.
    expect([...own.cookies.keys()]).toEqual(['__Host-device'])
  }
  expect(await it.owner`select from sessions`).toHaveLength(0)
})

test('a cookie whose session is gone already goes too, and who has none is given none', async () => {
  const it = await withService()
  const own = await it.signedIn()
  await it.owner`delete from sessions`
  expect((await own.send('DELETE', '/api/session')).statusCode).toBe(204)
  expect([...own.cookies.keys()]).toEqual(['__Host-device'])
  const stranger = await it.browser().send('DELETE', '/api/session')
  expect([stranger.statusCode, stranger.headers['set-cookie']]).toEqual([204, undefined])
})
