import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { FastifySessionObject } from '@fastify/session'
import { expect, test } from 'vitest'
import { withService } from '../testing.ts'
import { endSessions } from './end-sessions.ts'

test('a person signs up, follows the mail, signs in, is known, and signs out', async () => {
  const { browser, mailbox } = await withService()
  const { send, cookies } = browser()
  const person = { email: 'Ada@Example.net', password: 'seven green boats', name: 'Ada' }
  expect((await send('POST', '/api/sign-ups', person)).statusCode).toBe(202)
  const mail = await mailbox.next('Ada@Example.net')
  expect(mail.text).toContain(`https://app.example.com/activate#${mail.code}`)
  expect(
    (await send('POST', '/api/session', { email: 'ada@example.net', password: person.password })).code,
  ).toBe('WRONG_CREDENTIALS')
  expect((await send('POST', '/api/sign-ups/activate', { token: mail.code })).statusCode).toBe(200)
  expect((await send('POST', '/api/sign-ups/activate', { token: mail.code })).code).toBe('LINK_INVALID')
  const signedIn = await send('POST', '/api/session', { email: 'ada@example.net', password: person.password })
  expect(signedIn.statusCode).toBe(204)
  expect(signedIn.cookies.find(({ name }) => name === '__Host-session')).toMatchObject({
    httpOnly: true,
    secure: true,
    path: '/',
    sameSite: 'Lax',
  })
  expect((await send('GET', '/api/session')).json()).toEqual({
    account: { id: expect.any(String), email: 'Ada@Example.net', name: 'Ada', role: 'member' },
    confirmed: true,
  })
  const before = cookies.get('__Host-session') ?? ''
  expect((await send('DELETE', '/api/session')).statusCode).toBe(204)
  cookies.set('__Host-session', before)
  expect((await send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
})

test('a session that is ended while a request still works with it stays ended, also under a new id', async () => {
  const { service, owner, signedIn, browser } = await withService()
  const { db, sessions } = service.parts
  const ada = await signedIn()
  const id = ada.cookies.get('__Host-session') ?? ''
  const [{ id: accountId }] = await owner<[{ id: string }]>`select id from accounts`
  const read = promisify((sid: string, done: Parameters<typeof sessions.get>[1]) => sessions.get(sid, done))
  const write = promisify((sid: string, session: FastifySessionObject, done: () => void) =>
    sessions.set(sid, session, done),
  )
  // A request that has begun, and a sign-in whose password was right a moment ago.
  const begun = (await read(id)) as unknown as FastifySessionObject
  const comingIn = { accountId, generation: 0, confirmedAt: Date.now() } as unknown as FastifySessionObject
  expect(await endSessions(db, accountId)).toBe(1)
  const [renewed, fresh] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
  await write(id, begun)
  await expect(write(renewed, Object.assign(begun, { renews: id }))).rejects.toMatchObject({
    code: 'NOT_SIGNED_IN',
  })
  await write(fresh, comingIn)
  for (const one of [id, renewed, fresh]) {
    const thief = browser()
    thief.cookies.set('__Host-session', one)
    expect((await thief.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  }
})

test('ending all others spares the own one, which goes on', async () => {
  const { signedIn, browser } = await withService()
  const ada = await signedIn()
  const elsewhere = browser()
  await elsewhere.send('POST', '/api/session', { email: ada.email, password: ada.password })
  expect((await ada.send('DELETE', '/api/sessions')).json()).toEqual({ ended: 1 })
  expect((await elsewhere.send('GET', '/api/session')).code).toBe('NOT_SIGNED_IN')
  expect((await ada.send('GET', '/api/session')).statusCode).toBe(200)
  expect(
    (await ada.send('POST', '/api/session/confirm', { password: ada.password })).statusCode,
  ).toBeLessThan(300)
  expect((await ada.send('GET', '/api/session')).statusCode).toBe(200)
})
