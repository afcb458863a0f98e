import type { MailSettings } from '../settings.ts'

export interface Mail {
  /** Stays the same however often it is tried, so that mailboxes notice a second copy. */
  id: string
  to: string
  subject: string
  text: string
}

export interface Mailer {
  /** Resolves once the server has taken the mail. */
  send(mail: Mail): Promise<void>
  close(): void
}

const timeoutMs = 15_000

/** Hands mail to an SMTP server, or prints it where there is none. */
export function openMailer({ server, from, rootCertificate }: MailSettings, print = console.log): Mailer {
  if (server === 'log:') {
    return {
      async send({ to, subject, text }) {
        print(`\n  mail to ${to}: ${subject}\n${text.replaceAll(/^/gm, '    ')}`)
      },
      close: () => undefined,
    }
  }
  if (server === 'none:') {
    return {
      send: () => Promise.reject(Object.assign(new Error('no mail server is set'), { code: 'NO_SERVER' })),
      close: () => undefined,
    }
  }
  const { hostname } = new URL(server)
  // With the first mail, not with the start: it is a fifth of all code.
  const open = async () => {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      url: server,
      pool: true,
      maxConnections: 1,
      // A password never travels in the clear; a server on this machine needs none.
      requireTLS: !/^(localhost|127\..*|\[::1\])$/.test(hostname),
      ...(rootCertificate !== undefined && { tls: { ca: rootCertificate } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }
  let transport: ReturnType<typeof open> | undefined
  const domain = /@([^>]+)>?$/.exec(from)?.[1] ?? hostname
  return {
    async send({ id, to, subject, text }) {
      await (
        await (transport ??= open())
      ).sendMail({
        from,
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      })
    },
    close() {
      void transport?.then((opened) => opened.close())
    },
  }
}
