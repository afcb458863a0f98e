import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { asPage, getPage, postForm, problemsOf } from './posting.ts'

test('a person signs up, activates, signs in, changes the password and signs out by forms alone', async () => {
  const { browser, mailbox } = await withService()
  const person = browser()
  const email = 'ada@example.net'
  const sent = await postForm(person, '/sign-up', { email, password: 'seven green boats', name: '' })
  expect([sent.statusCode, sent.headers.location]).toEqual([303, '/sign-up/sent'])
  expect((await person.send('GET', '/sign-up/sent')).body).toContain(email)
  const { code } = await mailbox.next(email)
  const activated = await postForm(person, '/activate', { token: code })
  expect(activated.headers.location).toBe('/sign-in?done=activated')
  expect((await person.send('GET', '/sign-in?done=activated')).body).toContain('Your account is ready.')
  const signedIn = await postForm(person, '/sign-in', { email, password: 'seven green boats' })
  expect([signedIn.statusCode, signedIn.headers.location]).toEqual([303, '/'])
  expect((await person.send('GET', '/')).headers.location).toBe('/account')
  const changed = await postForm(person, '/account/password', {
    currentPassword: 'seven green boats',
    newPassword: 'nine amber kettles',
  })
  expect(changed.headers.location).toBe('/account?done=password-changed')
  expect((await person.send('GET', '/account')).body).toContain('ada<wbr />@example.net')
  const out = await postForm(person, '/sign-out', {})
  expect([out.headers.location, out.headers['clear-site-data']]).toEqual([
    '/sign-in?done=signed-out',
    '"cache", "storage"',
  ])
  expect((await person.send('GET', '/account')).headers.location).toBe('/sign-in?next=%2Faccount')
})

test('a refused form comes back with its status, the address, no password, and what is wrong on top', async () => {
  const { browser } = await withService()
  const stranger = browser()
  const wrong = await postForm(stranger, '/sign-in', {
    email: 'ada@example.net',
    password: 'seven green boats',
  })
  expect(wrong.statusCode).toBe(401)
  expect(problemsOf(wrong.body)).toEqual(['email: Email or password is wrong'])
  expect(wrong.body).toContain('<title>Error: Sign in')
  expect(wrong.body).toContain('value="ada@example.net"')
  expect(wrong.body).not.toContain('seven green boats')
  const empty = await postForm(stranger, '/sign-up', { email: '', password: '', name: '' })
  expect(empty.statusCode).toBe(400)
  expect(problemsOf(empty.body)).toEqual(['email: Enter your email address', 'password: Enter a password'])
  const common = await postForm(stranger, '/sign-up', { email: 'nobody', password: 'password1' })
  expect(problemsOf(common.body)).toEqual(['email: Enter an email address in the form name@example.com'])
})

test('whatever else is posted is refused on a page, and never a 500', async () => {
  const { browser, settings } = await withService()
  const stranger = browser()
  const statuses = async (...fields: (Record<string, string> | string)[]) =>
    Promise.all(fields.map(async (each) => (await postForm(stranger, '/sign-in', each)).statusCode))
  const good = 'email=a%40example.net&password=x'
  expect(
    await statuses(
      '',
      'email=a&email=b&password=x',
      `${good}&role=admin`,
      'email=a%00%40example.net&password=%00',
      'email=%0d%0aBcc%3ab%40example.net&password=x',
      `email=a%40example.net&password=${'x'.repeat(2000)}`,
      '__proto__=x&constructor=y',
      '%%%',
    ),
  ).toEqual([400, 400, 400, 400, 400, 400, 400, 400])
  expect((await postForm(stranger, '/sign-in', `email=${'x'.repeat(70_000)}`)).statusCode).toBe(413)
  const json = await stranger.send(
    'POST',
    '/sign-in',
    { email: 'a@example.net', password: 'x' },
    { headers: asPage },
  )
  expect(json.statusCode).toBe(415)
  const strange = await postForm(stranger, '/sign-in', good, {
    'sec-fetch-site': 'cross-site',
    origin: 'https://evil.example',
  })
  expect([strange.statusCode, strange.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8'])
  expect(settings.origins.app).toBe('https://app.example.com')
})

test('where to go next is a path of this site, or nothing', async () => {
  const { browser, account } = await withService()
  const { email, password } = await account()
  const next = async (asked: string): Promise<unknown> =>
    (await postForm(browser(), `/sign-in?next=${encodeURIComponent(asked)}`, { email, password })).headers
      .location
  expect(await next('/account/history')).toBe('/account/history')
  for (const elsewhere of [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/account?x=y',
    '/%2f/evil',
  ])
    expect(await next(elsewhere)).toBe('/')
})

test('a second step that nobody began leads back to signing in, which says why', async () => {
  const { browser } = await withService()
  const stranger = browser()
  const { headers } = await stranger.send('GET', '/sign-in/second-factor?next=%2Faccount%2Fhistory')
  expect(headers.location).toBe('/sign-in?next=%2Faccount%2Fhistory&done=sign-in-again')
  const typed = await postForm(stranger, '/sign-in/second-factor', { code: '123456' })
  expect(typed.headers.location).toBe('/sign-in?done=sign-in-again')
  expect((await stranger.send('GET', '/sign-in?done=sign-in-again')).body).toContain('Sign in again.')
})

test('what people typed is text on every page', async () => {
  const { browser, signedIn } = await withService()
  const person = await signedIn({ name: '<script>"&\'' })
  const { body } = await person.send('GET', '/account')
  expect(body).toContain('&#60;script&#62;&#34;&#38;&#39;')
  const again = await postForm(browser(), '/sign-in', { email: '"><b>@example.net', password: 'x' })
  expect(again.body).toContain('value="&#34;&#62;&#60;b&#62;@example.net"')
  const done = await browser().send('GET', '/sign-in?done=__proto__')
  expect(done.body).not.toContain('role="status"')
})

test('people get errors as pages, programs as JSON, both with the same status', async () => {
  const { browser } = await withService()
  const stranger = browser()
  const told = await getPage(stranger, '/nothing')
  expect([told.statusCode, told.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
  expect(told.body).toContain('<h1>Nothing here</h1>')
  expect((await stranger.send('GET', '/nothing')).json()).toEqual({
    error: { code: 'NOT_FOUND', message: 'There is nothing at this address' },
  })
  const api = await getPage(stranger, '/api/nothing')
  expect(api.headers['content-type']).toBe('application/json; charset=utf-8')
  for (let tries = 0; tries < 10; tries += 1)
    await postForm(stranger, '/sign-in', { email: 'ada@example.net', password: 'x' })
  const slow = await postForm(stranger, '/sign-in', { email: 'ada@example.net', password: 'x' })
  expect([slow.statusCode, Number(slow.headers['retry-after']) > 0]).toEqual([429, true])
  expect(problemsOf(slow.body)[0]).toMatch(/^: Too many tries\. Try again in \d+ seconds$/)
})

test('pages allow nothing but their own files, which may be kept for a year', async () => {
  const { browser } = await withService()
  const { send } = browser()
  const { headers, body } = await send('GET', '/')
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  )
  expect(headers['cache-control']).toBe('no-store')
  expect(body).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/)
  const paths = [...body.matchAll(/(?:href|src)="(\/[\w.]+\.(?:css|js))"/g)].map(([, path]) => path ?? '')
  expect(paths).toHaveLength(2)
  for (const path of paths) {
    const { statusCode, headers: told } = await send('GET', path)
    expect([statusCode, told['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
  }
})

test('where accounts are not to be had by asking, no page offers one', async () => {
  const { browser } = await withService({ SIGN_UPS: 'off' })
  const { send } = browser()
  expect((await send('GET', '/')).body).not.toContain('/sign-up')
  expect((await send('GET', '/sign-in')).body).not.toContain('/sign-up')
  const refused = await getPage({ send }, '/sign-up')
  expect([refused.statusCode, refused.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8'])
})

test("nothing of one site is answered by the other's host", async () => {
  const { browser } = await withService()
  const [app, admin] = [browser(), browser({ site: 'admin' })]
  for (const path of ['/accounts', '/numbers']) expect((await app.send('GET', path)).statusCode).toBe(404)
  for (const path of ['/sign-up', '/activate', '/account/email', '/account/export', '/account/delete'])
    expect((await admin.send('GET', path)).statusCode).toBe(404)
})
