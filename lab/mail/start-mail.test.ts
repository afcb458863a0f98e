import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { serviceCertificate, type ServiceCertificate } from '../acme/service-certificate.ts'
import type { Message } from './message.ts'
import type { Summary } from './mailbox.ts'
import { startMail, type Mail } from './start-mail.ts'

const address = '127.0.0.1'
const user = 'accounts'
const password = 'correct horse'
let certificates: string
let certificate: ServiceCertificate

beforeAll(async () => {
  certificates = await mkdtemp(join(tmpdir(), 'shoestring-mail-'))
  certificate = await serviceCertificate(certificates, address)
})
afterAll(() => rm(certificates, { recursive: true }))

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-mail-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function mail(stateFolder?: string): Promise<Mail & { folder: string }> {
  const folder = stateFolder ?? (await freshFolder())
  const ports = { smtpsPort: 0, submissionPort: 0, pagePorts: [0] }
  const started = await startMail({ address, stateFolder: folder, certificate, password, ...ports })
  onTestFinished(() => started.close())
  return { ...started, folder: join(folder, 'mail') }
}

function transport(port: number, secure: boolean, pass = password) {
  const tls = { ca: certificate.certificate }
  return createTransport({ host: address, port, secure, requireTLS: !secure, auth: { user, pass }, tls })
}

async function send(to: Mail, message: SendMailOptions): Promise<void> {
  await transport(to.smtpsPort, true).sendMail({
    from: 'app@example.test',
    to: 'ada@example.test',
    ...message,
  })
}

async function messages(from: Mail): Promise<Summary[]> {
  return (await fetch(`${from.page}/messages`)).json() as Promise<Summary[]>
}

async function newest(from: Mail): Promise<Message> {
  const [first] = await messages(from)
  return (await fetch(`${from.page}/messages/${first?.id}`)).json() as Promise<Message>
}

/** Speaks SMTP by hand up to the mail itself, for what a proper client would not send. */
async function untilData(port: number) {
  const socket = connect({ host: address, port, ca: certificate.certificate }).on('error', () => {})
  const reply = async (code: number) => {
    for (let seen = ''; !new RegExp(`^${code} .*\r\n`, 'm').test(seen);)
      seen += String((await once(socket, 'data', { signal: AbortSignal.timeout(10_000) }))[0])
  }
  await reply(220)
  const login = Buffer.from(`\0${user}\0${password}`).toString('base64')
  const steps: [string, number][] = [
    ['EHLO test', 250],
    [`AUTH PLAIN ${login}`, 235],
    ['MAIL FROM:<app@example.test>', 250],
    ['RCPT TO:<ada@example.test>', 250],
    ['DATA', 354],
  ]
  for (const [line, code] of steps) {
    socket.write(`${line}\r\n`)
    await reply(code)
  }
  return { socket, reply }
}

test('takes mail over TLS and over STARTTLS, and shows who it was really delivered to', async () => {
  const started = await mail()
  for (const secure of [true, false]) {
    const port = secure ? started.smtpsPort : started.submissionPort
    await transport(port, secure).sendMail({
      from: 'Example <app@example.test>',
      to: 'Ada <ada@example.test>',
      bcc: 'hidden@example.test',
      subject: `Grüße, ${secure}`,
      text: 'Confirm: https://app.example.test/confirm?token=a&b=c.\nBye',
    })
  }
  expect((await messages(started)).map(({ subject }) => subject)).toEqual(['Grüße, false', 'Grüße, true'])
  expect(await newest(started)).toMatchObject({
    from: 'Example <app@example.test>',
    to: ['ada@example.test', 'hidden@example.test'],
    links: ['https://app.example.test/confirm?token=a&b=c'],
    html: null,
    problem: null,
  })
})

test('only its one account may send, and only encrypted', async () => {
  const started = await mail()
  await expect(transport(started.smtpsPort, true, 'wrong').verify()).rejects.toMatchObject({
    responseCode: 535,
  })
  const plain = createTransport({
    host: address,
    port: started.submissionPort,
    ignoreTLS: true,
    auth: { user, pass: password },
  })
  await expect(plain.verify()).rejects.toMatchObject({ code: 'EAUTH' })
  const anonymous = createTransport({
    host: address,
    port: started.smtpsPort,
    secure: true,
    tls: { ca: certificate.certificate },
  })
  await expect(anonymous.sendMail({ from: 'a@b.test', to: 'c@d.test', text: 'x' })).rejects.toMatchObject({
    responseCode: 530,
  })
  expect(await messages(started)).toEqual([])
})

test('refuses 30 MB with 552, announced or not, and keeps nothing of it', async () => {
  const started = await mail()
  const large = 'x'.repeat(30 * 1024 * 1024)
  await expect(send(started, { raw: `Subject: large\r\n\r\n${large}` })).rejects.toMatchObject({
    responseCode: 552,
  })
  const lines = Buffer.alloc(30 * 1024 * 1024, `${'y'.repeat(998)}\r\n`)
  const { socket, reply } = await untilData(started.smtpsPort)
  socket.write('Subject: large\r\n\r\n')
  socket.write(lines)
  socket.write('\r\n.\r\n')
  await reply(552)
  socket.destroy()
  expect(await readdir(started.folder)).toEqual([])
})

test('keeps nothing of a mail whose sender hangs up in the middle', async () => {
  const started = await mail()
  const { socket } = await untilData(started.smtpsPort)
  socket.write('Subject: half\r\n\r\nso far')
  await expect.poll(() => readdir(started.folder)).toHaveLength(1)
  socket.destroy()
  await expect.poll(() => readdir(started.folder)).toEqual([])
  expect(await messages(started)).toEqual([])
})

test('finds its mails again after a restart, without the halves of a crash', async () => {
  const state = await freshFolder()
  const first = await mail(state)
  await send(first, { subject: 'still here' })
  await first.close()
  await writeFile(join(first.folder, '1795411818758-ea4e8d95.part'), 'half')
  await writeFile(join(first.folder, 'notes.txt'), 'not ours')
  const second = await mail(state)
  expect((await messages(second)).map(({ subject }) => subject)).toEqual(['still here'])
  expect((await readdir(second.folder)).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('broken MIME is shown as it came', async () => {
  const started = await mail()
  await send(started, { raw: 'Content-Type: multipart/mixed\r\nSubject: broken\r\n\r\nno boundary' })
  expect(await newest(started)).toMatchObject({
    subject: 'broken',
    problem: expect.stringContaining('broken'),
  })
  expect((await newest(started)).text).toContain('\r\n\r\nno boundary')
})

test('hostile subjects, addresses and texts stay text', async () => {
  const started = await mail()
  const subject = '</title><script>alert(1)</script>'
  await send(started, {
    subject,
    from: '"<b>x</b>" <app@example.test>',
    text: 'http://x.test/"onclick="y <img src=x>',
  })
  const [{ id } = { id: '' }] = await messages(started)
  for (const path of ['/', `/mail/${id}`]) {
    const page = await (await fetch(started.page + path)).text()
    expect(page).toContain('&lt;script&gt;alert(1)')
    expect(page).not.toMatch(/<script>|<b>|<img src=x|"onclick/)
  }
})

test('a hostile body is framed away: no script, no network, no access to the page', async () => {
  const started = await mail()
  await send(started, {
    html: '<script>alert(1)</script><img src="https://tracker.test/"><a href="https://x.test/">go</a>',
  })
  const { id, links } = await newest(started)
  const body = await fetch(`${started.page}/messages/${id}/body`)
  const policy = body.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toMatch(/sandbox allow-popups allow-popups-to-escape-sandbox$/)
  const page = await (await fetch(`${started.page}/mail/${id}`)).text()
  expect(page).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"')
  expect(links).toEqual(['https://x.test/'])
})

test('every page forbids inline scripts and works without any', async () => {
  const started = await mail()
  const page = await fetch(started.page)
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/)
  expect(await page.text()).toContain('<noscript><meta http-equiv="refresh"')
  for (const file of ['/mailbox.css', '/mailbox.js', '/envelope.svg'])
    expect((await fetch(started.page + file)).status).toBe(200)
})

test('gives out the source as it is stored, and attachments under their own names', async () => {
  const started = await mail()
  await send(started, { text: 'see', attachments: [{ filename: 'ü"q\'.pdf', content: 'PDF' }] })
  const { id } = await newest(started)
  const source = await fetch(`${started.page}/messages/${id}/source`)
  expect(await source.text()).toBe(await readFile(join(started.folder, `${id}.eml`), 'utf8'))
  const attachment = await fetch(`${started.page}/messages/${id}/attachments/0`)
  expect(attachment.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''%C3%BC%22q%27.pdf")
  expect(await attachment.text()).toBe('PDF')
  for (const path of ['attachments/1', 'attachments/x', 'body'])
    expect((await fetch(`${started.page}/messages/${id}/${path}`)).status).toBe(404)
})

test('knows no message outside its folder', async () => {
  const started = await mail()
  for (const id of ['1795411818758-ea4e8d95', '..%2F..%2Fetc%2Fpasswd', '%00'])
    for (const path of [`/mail/${id}`, `/messages/${id}`, `/messages/${id}/source`])
      expect((await fetch(started.page + path)).status, path).toBe(404)
})

test('deletes all, but not for another site and not under a foreign name', async () => {
  const started = await mail()
  await send(started, { subject: 'one' })
  const foreign = await fetch(`${started.page}/delete`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
  })
  expect(foreign.status).toBe(403)
  const rebound = request(`${started.page}/messages`, { headers: { host: 'evil.test' } }).end()
  const [answer] = await once(rebound, 'response')
  answer.resume()
  expect(answer.statusCode).toBe(403)
  expect(await messages(started)).toHaveLength(1)
  const own = await fetch(`${started.page}/delete`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    redirect: 'manual',
  })
  expect([own.status, own.headers.get('location')]).toEqual([303, '/'])
  expect(await messages(started)).toEqual([])
  expect(await (await fetch(started.page)).text()).toContain('No mail yet')
})

test('moves its page to the next port when one is taken, and names an SMTP port that is', async () => {
  const first = await mail()
  const taken = Number(new URL(first.page).port)
  const common = { address, stateFolder: await freshFolder(), certificate, password }
  const second = await startMail({ ...common, smtpsPort: 0, submissionPort: 0, pagePorts: [taken, 0] })
  onTestFinished(() => second.close())
  expect((await fetch(second.page)).status).toBe(200)
  expect(second.page).not.toBe(first.page)
  await expect(startMail({ ...common, smtpsPort: first.smtpsPort })).rejects.toMatchObject({
    message: `Mail can't listen on ${address}:${first.smtpsPort}`,
  })
})
