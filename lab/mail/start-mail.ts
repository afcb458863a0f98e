import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { isTaken, portTaken } from '../port-taken.ts'
import { openMailbox } from './mailbox.ts'
import { mailboxPage } from './page.ts'
import { startSink, type Sink } from './sink.ts'

export interface MailOptions {
  /** Where hosts send their mail to. */
  address: string
  stateFolder: string
  certificate: { keyFile: string; certificateFile: string }
  password: string
  user?: string
  smtpsPort?: number
  submissionPort?: number
  /** The first free one is taken; 0 is any. */
  pagePorts?: readonly number[]
}

export interface Mail {
  smtpsPort: number
  submissionPort: number
  /** The mailbox, for a browser on this machine. */
  page: string
  close(): Promise<void>
}

const pageAddress = '127.0.0.1'

/** Mail for the lab: SMTP that takes everything and sends nothing on, and a page to read it. */
export async function startMail(options: MailOptions): Promise<Mail> {
  const { address, password, certificate, user = 'accounts' } = options
  const mailbox = await openMailbox(join(options.stateFolder, 'mail'))
  const [key, pem] = await Promise.all([
    readFile(certificate.keyFile, 'utf8'),
    readFile(certificate.certificateFile, 'utf8'),
  ])
  const common = { address, key, certificate: pem, user, password, mailbox }
  const sinks: Sink[] = []
  const close = async () => void (await Promise.all(sinks.map((sink) => sink.close())))
  try {
    const smtps = await startSink({ ...common, port: options.smtpsPort ?? 465, tls: 'implicit' })
    sinks.push(smtps)
    const submission = await startSink({ ...common, port: options.submissionPort ?? 587, tls: 'starttls' })
    sinks.push(submission)
    const access = { host: address, smtps: smtps.port, submission: submission.port, user }
    const app = await mailboxPage(mailbox, access)
    const pagePort = await listenOnFirstFree(
      (port) => app.listen({ host: pageAddress, port }),
      options.pagePorts ?? [8025, 0],
    )
    return {
      smtpsPort: smtps.port,
      submissionPort: submission.port,
      page: `http://${pageAddress}:${pagePort || (app.server.address() as AddressInfo).port}`,
      close: async () => void (await Promise.all([close(), app.close()])),
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function listenOnFirstFree(listen: (port: number) => Promise<unknown>, ports: readonly number[]) {
  let taken: unknown
  for (const port of ports) {
    try {
      await listen(port)
      return port
    } catch (error) {
      if (!isTaken(error)) throw error
      taken = portTaken('The mailbox page', pageAddress, port, 'tcp', error)
    }
  }
  throw taken
}
