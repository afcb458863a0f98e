import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import { withService } from '../testing.ts'

/** A server that says no in the way it is told to, as long as it is. */
async function refusing() {
  const server = { refuses: 'MAIL FROM' as 'MAIL FROM' | 'RCPT TO' | 'DATA' | 'nothing', code: 550, taken: 0 }
  const answer = (command: string, done: (error?: Error) => void): void => {
    const refused = Object.assign(new Error('not now'), { responseCode: server.code })
    if (server.refuses === command) return done(refused)
    if (command === 'DATA') server.taken += 1
    done()
  }
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onMailFrom: (_address, _session, done) => answer('MAIL FROM', done),
    onRcptTo: (_address, _session, done) => answer('RCPT TO', done),
    onData: (stream, _session, done) => {
      stream.resume().once('end', () => answer('DATA', done))
    },
  })
  smtp.on('error', () => undefined)
  smtp.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
  onTestFinished(() => new Promise<void>((resolve) => smtp.close(() => resolve())))
  return { server, url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}` }
}

test.for([
  ['the sender', 'MAIL FROM', 553],
  ['what is written', 'DATA', 554],
  ['a recipient for a while', 'RCPT TO', 451],
] as const)('a mail waits where its server refuses %s, and is sent once', async ([, command, code]) => {
  const { server, url } = await refusing()
  Object.assign(server, { refuses: command, code })
  const { browser, owner } = await withService({ MAIL_SERVER: url })
  await browser().send('POST', '/api/recoveries', { email: 'ada@example.net' })
  await browser().send('POST', '/api/sign-ups', { email: 'ada@example.net', password: 'seven green boats' })
  const waiting = () => owner`select last_error, due_at > now() as later from outbox`
  await expect
    .poll(waiting)
    .toEqual([{ lastError: expect.stringMatching(new RegExp(` ${code}$`)), later: true }])
  server.refuses = 'nothing'
  await owner`update outbox set due_at = now()`
  await expect.poll(waiting).toEqual([])
  expect(server.taken).toBe(1)
})

test('a mail that was put back while the clock was ahead goes once the clock is right', async () => {
  const { server, url } = await refusing()
  const { browser, owner } = await withService({ MAIL_SERVER: url })
  await browser().send('POST', '/api/sign-ups', { email: 'ada@example.net', password: 'seven green boats' })
  await expect.poll(() => owner`select from outbox where due_at > now() and last_error <> ''`).toHaveLength(1)
  server.refuses = 'nothing'
  await owner`update outbox set due_at = now() + interval '31 minutes'`
  await expect.poll(() => owner`select from outbox`, { timeout: 20_000 }).toHaveLength(0)
  expect(server.taken).toBe(1)
})

test('a mail to an address that its server says is none is given up at once', async () => {
  const { server, url } = await refusing()
  Object.assign(server, { refuses: 'RCPT TO', code: 550 })
  const { browser, owner, logged } = await withService({ MAIL_SERVER: url })
  await browser().send('POST', '/api/sign-ups', { email: 'ada@example.net', password: 'seven green boats' })
  await expect.poll(logged).toContain('a mail could not be delivered and is given up')
  expect(await owner`select from outbox`).toHaveLength(0)
})

test('a mail that its server took is not sent again where the database goes away before it is noted', async () => {
  const { server, url } = await refusing()
  server.refuses = 'nothing'
  const { browser, owner, logged } = await withService({ MAIL_SERVER: url })
  await owner.unsafe(`
    create function gone() returns trigger language plpgsql as $$ begin raise exception 'gone' using errcode = '57P01'; end $$;
    create trigger gone before delete on outbox for each row execute function gone()`)
  await browser().send('POST', '/api/sign-ups', { email: 'ada@example.net', password: 'seven green boats' })
  await expect.poll(logged).toContain('the outbox can not be read')
  expect(server.taken).toBe(1)
  await owner`drop trigger gone on outbox`
  await owner`update outbox set due_at = now()`
  await expect.poll(() => owner`select from outbox`).toHaveLength(0)
  expect(server.taken).toBe(1)
})
