import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface Received {
  to: string
  subject: string
  text: string
  /** The code of its link. */
  code: string
  headers: string
}

export interface Mailbox {
  /** `smtp://127.0.0.1:2525` */
  server: string
  mails: Received[]
  /** The next mail to an address that was not handed out yet. */
  next: (to: string) => Promise<Received>
  close(): Promise<void>
}

const waitMs = 25_000

/** A real SMTP server on loopback that keeps what it is given. */
export async function openMailbox(): Promise<Mailbox> {
  const mails: Received[] = []
  const read = new Set<Received>()
  let arrived = Promise.withResolvers<void>()
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, { envelope }, done) {
      const recipients = envelope.rcptTo.map(({ address }) => address)
      // oxlint-disable-next-line promise/no-callback-in-promise -- this server speaks in callbacks
      void keep(stream, recipients).then(() => done(), done)
    },
  })
  const keep = async (stream: Readable, recipients: string[]): Promise<void> => {
    const mail = await simpleParser(stream)
    const text = (mail.text ?? '').replaceAll('\r\n', '\n')
    mails.push({
      to: recipients.join(' '),
      subject: mail.subject ?? '',
      text,
      code: /#([\w-]{43})/.exec(text)?.[1] ?? '',
      headers: mail.headerLines.map(({ line }) => line).join('\n'),
    })
    arrived.resolve()
    arrived = Promise.withResolvers<void>()
  }
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const { port } = smtp.server.address() as AddressInfo
  return {
    server: `smtp://127.0.0.1:${port}`,
    mails,
    async next(to) {
      const lastLook = Date.now() + waitMs
      for (;;) {
        const found = mails.find((mail) => mail.to.toLowerCase() === to.toLowerCase() && !read.has(mail))
        if (found) {
          read.add(found)
          return found
        }
        if (Date.now() > lastLook) throw new Error(`no mail came to ${to} within ${waitMs / 1000} s`)
        await Promise.race([arrived.promise, new Promise((resolve) => setTimeout(resolve, 200))])
      }
    },
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  }
}
