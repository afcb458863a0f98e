import { randomBytes } from 'node:crypto'
import { OperatorError } from '../errors.ts'
import type { Access } from '../host.ts'
import { readFiles, rights, type ObservedFiles } from '../owned-file.ts'
import { change, type Step } from '../step.ts'

/** 32 random bytes in base64 that never leave the host, except with a backup: what the app encrypts is read by it. */
export const secretPath = '/etc/shoestring/app-secret'

const access: Access = { mode: 0o400, owner: 'root', group: 'root' }

/** The app's own secret; systemd hands it to the app and to nobody else. Made once, and never replaced. */
export function appSecret(): Step<ObservedFiles> {
  return {
    name: 'app-secret',
    bare: {},
    observe: (host) => readFiles(host, [secretPath]),
    plan({ [secretPath]: found }) {
      if (!found) return [change("make the app's secret", (host) => host.write(secretPath, fresh(), access))]
      if (!isSecret(found.content)) return [change("put the app's secret back: it was damaged", refuse)]
      if (rights(found) === rights(access)) return []
      return [
        change(`set ${secretPath} to ${rights(access)}, was ${rights(found)}`, async ({ $ }) => {
          await $`chmod 400 ${secretPath}`
          await $`chown root:root ${secretPath}`
        }),
      ]
    },
  }
}

const fresh = (): string => `${randomBytes(32).toString('base64')}\n`
const isSecret = (text: string): boolean => Buffer.from(text.trim(), 'base64').length === 32

async function refuse(): Promise<never> {
  throw new OperatorError('the app’s secret is damaged', {
    why: `${secretPath} does not hold 32 bytes in base64; a new one would make what is encrypted by the old one unreadable for ever, so it was left as it is`,
    fix: `restore the file from a backup; where nothing is lost by it (the apps of second factors have to be set up anew), remove it and run pulumi up again`,
  })
}
