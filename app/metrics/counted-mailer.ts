import type { Mailer } from '../mail/mailer.ts'
import type { Counters } from './counters.ts'

/** The same mailer, with what it sends and fails to send counted. */
export function countedMailer(mailer: Mailer, counters: Counters): Mailer {
  return {
    async send(mail) {
      try {
        await mailer.send(mail)
        counters.count('mails-sent')
      } catch (error) {
        counters.count('mails-failed')
        throw error
      }
    },
    close: () => mailer.close(),
  }
}
