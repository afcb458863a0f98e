import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { adminOf } from '../admin/testing.ts'
import { addPasskeyTo, codesOf, signWith } from '../factors/testing.ts'
import { getPage, postForm } from '../pages/posting.ts'
import { withService, type Answer, type Browser } from '../testing.ts'

const json = { 'content-type': 'application/json' }

/** What each line says, without the numbers of the log's own, in which six digits can turn up by chance. */
const wordsOf = (logged: string): string =>
  logged
    .trimEnd()
    .split('\n')
    .map((line) => JSON.stringify({ ...JSON.parse(line), time: 0, pid: 0, responseTime: 0, hostname: '' }))
    .join('\n')

const expectStatus = async (status: number, sent: Promise<Answer>): Promise<Answer> => {
  const answer = await sent
  expect([answer.statusCode, answer.body]).toEqual([status, answer.body])
  return answer
}

test('a whole life leaves no password, token, code, id of a session or address in the log', async () => {
  const it = await withService()
  const secrets = new Map<string, string>()
  const noted = (what: string, secret: string): string => {
    expect(secret.length, what).toBeGreaterThan(5)
    secrets.set(secret, what)
    return secret
  }
  /** Notes every cookie that a browser is given. */
  const watched = (browser: Browser): Browser => ({
    ...browser,
    async send(...sent) {
      const answer = await browser.send(...sent)
      for (const { name, value } of answer.cookies) if (value) noted(`cookie ${name}`, value)
      return answer
    },
  })
  const codeTo = async (address: string, about: string): Promise<string> => {
    const { subject, code: token } = await it.mailbox.next(address)
    return subject.includes(about) ? noted(`code of a mail to ${address}`, token) : codeTo(address, about)
  }

  let email = noted('address', 'Ada.Lovelace@example.net')
  let password = noted('password', 'eleven quiet otters')
  const name = noted('name', 'Ada of the long memory')
  const ada = watched(it.browser())
  const { send } = ada
  await expectStatus(202, send('POST', '/api/sign-ups', { email, password, name }))
  await expectStatus(200, send('POST', '/api/sign-ups/activate', { token: await codeTo(email, 'Confirm') }))
  const wrong = noted('wrong password', 'eleven noisy otters')
  await expectStatus(401, send('POST', '/api/session', { email, password: wrong }))
  await expectStatus(401, postForm(ada, '/sign-in', { email, password: wrong }))
  await expectStatus(204, send('POST', '/api/session', { email, password }))

  // In the wrong place, in the wrong form, or of nobody.
  const lost = noted('token of nobody', 'x'.repeat(43))
  for (const path of ['/api/sign-ups/activate', '/api/recoveries/reset', '/api/account/email/confirm'])
    expect((await send('POST', path, { token: lost, password })).statusCode).toBeGreaterThan(399)
  await expectStatus(400, send('POST', '/api/session', { email: password, password: email }))
  await expectStatus(
    400,
    send('POST', '/api/session', `{"email":"${email}","password":"${password}`, { headers: json }),
  )
  const query = new URLSearchParams({ email, password, token: lost }).toString()
  noted('address in a query', encodeURIComponent(email))
  await expectStatus(200, getPage(it.browser(), `/sign-in?${query}`))
  await expectStatus(404, send('GET', `/api/nothing?${query}`))

  const { secret } = (await expectStatus(201, send('POST', '/api/factors/totp'))).json<{ secret: string }>()
  noted('secret of an app', secret)
  noted('secret of an app, as it is kept', secret.replaceAll(' ', ''))
  const code = codesOf(secret)
  const confirmed = await send('POST', '/api/factors/totp/confirm', { code: noted('code', code()) })
  const { recoveryCodes } = confirmed.json<{ recoveryCodes: string[] }>()
  for (const each of recoveryCodes) noted('recovery code', each)
  const { key } = await addPasskeyTo(ada)
  const passkey = await signWith(ada, key)
  noted('signature', passkey.response.signature)
  await expectStatus(204, send('POST', '/api/session/confirm', { passkey }))
  await expectStatus(204, send('DELETE', '/api/session'))
  await expectStatus(200, send('POST', '/api/session', { email, password }))
  const miss = noted('wrong code', code(40))
  await expectStatus(403, send('POST', '/api/session/second-factor', { code: miss }))
  await expectStatus(204, send('POST', '/api/session/second-factor', { code: noted('code', code(1)) }))

  await expectStatus(202, send('POST', '/api/recoveries', { email }))
  const reset = await codeTo(email, 'Choose a new password')
  password = noted('password', 'nine patient herons')
  const [recoveryCode] = recoveryCodes
  await expectStatus(200, send('POST', '/api/recoveries/reset', { token: reset, password, recoveryCode }))
  await expectStatus(200, send('POST', '/api/session', { email, password }))
  await expectStatus(204, send('POST', '/api/session/second-factor', { recoveryCode: recoveryCodes[1] }))

  const moved = noted('new address', 'Ada.Byron@example.org')
  await expectStatus(202, send('PUT', '/api/account/email', { email: moved }))
  await expectStatus(
    200,
    send('POST', '/api/account/email/confirm', { token: await codeTo(moved, 'Confirm') }),
  )
  email = moved

  const boss = watched(await adminOf(it))
  await expectStatus(200, boss.send('GET', `/api/admin/accounts?search=${encodeURIComponent(email)}`))
  await expectStatus(200, getPage(boss, `/accounts?search=${encodeURIComponent(email)}`))
  noted('address in a query', encodeURIComponent(email))
  await expectStatus(200, send('DELETE', '/api/account', { password }))

  for (const { code: token } of it.mailbox.mails) if (token) noted('code of a mail', token)
  for (const { email: address } of await it.owner<{ email: string }[]>`select email from accounts`)
    noted('address', address)
  const words = wordsOf(it.logged())
  expect(words.split('\n').length).toBeGreaterThan(38)
  expect(words).toContain('"event":"signed-in"')
  const found = [...secrets].filter(([each]) => words.toLowerCase().includes(each.toLowerCase()))
  expect(found.map(([, what]) => what)).toEqual([])
})

test('a request is one line: what was asked, what was answered, how long it took', async () => {
  const it = await withService()
  await it.browser().send('GET', '/api/session?secret=7')
  const lines = it
    .logged()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.filter(({ reqId }) => reqId !== undefined)).toEqual([
    expect.objectContaining({
      msg: 'answered',
      req: expect.objectContaining({ method: 'GET', url: '/api/session' }),
      res: { statusCode: 401 },
      responseTime: expect.any(Number),
    }),
  ])
})

test('each request is told once: when it is answered, or when who asked has left', async () => {
  const { service, logged } = await withService()
  const { port } = new URL(await service.sites.app.listen({ host: '127.0.0.1', port: 0 }))
  const asking = () => {
    const socket = connect(Number(port), '127.0.0.1')
    const body = JSON.stringify({ email: 'ada@example.net', password: 'eleven quiet otters' })
    const lines = ['host: app.example.com', 'sec-fetch-site: same-origin', 'content-type: application/json']
    socket.write(
      `POST /api/session HTTP/1.1\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    return socket
  }
  const told = () =>
    logged()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; res?: { statusCode: number }; level: number })
      .filter(({ res }) => res)
      .map(({ msg, level }) => [msg, level])
  const patient = asking()
  await once(patient, 'data')
  patient.destroy()
  await expect.poll(told).toEqual([['answered', 30]])
  const leaving = asking()
  await expect.poll(() => service.parts.passwords.queue.depth.running, { interval: 1 }).toBe(1)
  leaving.destroy()
  await expect.poll(told).toEqual([
    ['answered', 30],
    ['left before the answer', 30],
  ])
})
