import { startApi } from '../testing.ts'
import type { Notice, Outside } from './outside.ts'

export const recipients = { email: ['ops@example.com'], slack: [] }

/** An API whose mails are kept and whose clock is moved by hand. */
export async function startWatched(
  options: Parameters<typeof startApi>[0] & { around?: Partial<Outside> } = {},
) {
  const mails: Notice[] = []
  let now = new Date('2026-11-23T04:00:00Z')
  const outside: Outside = {
    async sendMail(notice) {
      mails.push(notice)
    },
    resolve: () => undefined,
    roots: () => Promise.resolve(''),
    ...options.around,
  }
  const started = await startApi({ ...options, outside, clock: () => now })
  /** Lets time pass, then looks; answers the subjects of the mails so far. */
  const lookAfter = async (minutes: number): Promise<string[]> => {
    now = new Date(now.getTime() + minutes * 60_000)
    await started.api.look()
    return mails.map(({ subject }) => subject)
  }
  return { ...started, mails, lookAfter }
}
