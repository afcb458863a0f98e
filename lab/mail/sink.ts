import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { callbackify } from 'node:util'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions } from 'smtp-server'
import type { SMTPServerSession } from 'smtp-server'
import { isTaken, portTaken } from '../port-taken.ts'
import type { Mailbox } from './mailbox.ts'

export interface SinkOptions {
  address: string
  port: number
  /** TLS from the first byte (465), or plain until STARTTLS (587). */
  tls: 'implicit' | 'starttls'
  key: string
  certificate: string
  user: string
  password: string
  mailbox: Mailbox
}

export interface Sink {
  port: number
  close(): Promise<void>
}

const largestMailBytes = 25 * 1024 * 1024

/** An SMTP server that takes mail for everyone, from the one account that may send, and delivers it into the mailbox. */
export async function startSink(options: SinkOptions): Promise<Sink> {
  const { address, port, mailbox } = options
  const server = new SMTPServer({
    name: 'mail.lab.test',
    banner: 'the lab keeps every mail to itself',
    secure: options.tls === 'implicit',
    key: options.key,
    cert: options.certificate,
    minVersion: 'TLSv1.2',
    authMethods: ['PLAIN', 'LOGIN'],
    size: largestMailBytes,
    // Also for senders who don't announce the size.
    rejectOversized: true,
    disableReverseLookup: true,
    socketTimeout: 60_000,
    closeTimeout: 500,
    maxClients: 100,
    onAuth({ username = '', password }, _session, done) {
      const known = same(username, options.user) && same(password ?? '', options.password)
      if (known) done(null, { user: username })
      else done(refusal(535, `The lab's mail account is "${options.user}"; user or password is wrong`))
    },
    onData: deliverTo(mailbox),
  })
  // A client that breaks off its handshake is its own trouble.
  server.on('error', () => {})
  try {
    server.listen(port, address)
    await once(server.server, 'listening')
  } catch (error) {
    throw isTaken(error) ? portTaken('Mail', address, port, 'tcp', error) : error
  }
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function deliverTo(mailbox: Mailbox): NonNullable<SMTPServerOptions['onData']> {
  return callbackify(async (stream: SMTPServerDataStream, { envelope }: SMTPServerSession) => {
    const from = envelope.mailFrom ? envelope.mailFrom.address : ''
    const to = envelope.rcptTo.map((recipient) => recipient.address)
    try {
      const id = await mailbox.receive(stream, { from, to })
      return id && `OK: kept as ${id}`
    } catch (error) {
      // The rest must be read, or the sender never hears of it.
      stream.resume()
      throw refusal(452, `The lab could not store the message: ${(error as Error).message}`)
    }
  })
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

function same(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
