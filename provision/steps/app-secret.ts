import { randomBytes } from 'node:crypto'
import { change, type Step } from '../step.ts'

/** 32 random bytes in base64 that never leave the host, except with a backup: what the app encrypts is read by it. */
export const secretPath = '/etc/shoestring/app-secret'

/** `foreign`: something is there that is no secret; whatever was encrypted by another can't be read without that one. */
type Observed = 'missing' | 'foreign' | 'made'

/** The app's own secret; systemd hands it to the app and to nobody else. */
export function appSecret(): Step<Observed> {
  return {
    name: 'app-secret',
    bare: 'missing',
    async observe(host) {
      const text = await host.read(secretPath)
      if (text === undefined) return 'missing'
      return Buffer.from(text.trim(), 'base64').length === 32 ? 'made' : 'foreign'
    },
    plan(observed) {
      if (observed === 'made') return []
      const summary =
        observed === 'missing' ? "make the app's secret" : "make the app's secret anew: it was damaged"
      return [
        change(summary, (host) =>
          host.write(secretPath, `${randomBytes(32).toString('base64')}\n`, {
            mode: 0o400,
            owner: 'root',
            group: 'root',
          }),
        ),
      ]
    },
  }
}
