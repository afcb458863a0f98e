import { createTransport } from 'nodemailer'

export interface SubmissionOptions {
  address: string
  port: number
  user?: string
  password: string
  /** PEM that the server's certificate must match. */
  certificate: string
}

/** Sends mail as the app does: submitted with a password over TLS, to the lab's own sink. */
export function submission({ address, port, user = 'accounts', password, certificate }: SubmissionOptions) {
  return async ({ to, subject, text }: { to: string[]; subject: string; text: string }): Promise<void> => {
    const transport = createTransport({
      host: address,
      port,
      requireTLS: true,
      auth: { user, pass: password },
      tls: { ca: certificate },
      connectionTimeout: timeoutMs,
      socketTimeout: timeoutMs,
    })
    try {
      await transport.sendMail({ from: sender, to, subject, text })
    } finally {
      transport.close()
    }
  }
}

const timeoutMs = 10_000
const sender = 'DigitalOcean (the lab) <no-reply@lab.test>'
