import { lstat } from 'node:fs/promises'
import type { Host } from '../host.ts'
import { bareAccounts, readAccounts, type Accounts } from './accounts.ts'

/** The group that makes somebody an operator: it holds our operators and nobody else. */
export const operatorsGroup = 'shoestring-operators'

export interface Operators {
  accounts: Accounts
  /** By user: the authorized_keys file as it stands, with its rights. */
  keys: Record<string, { text: string; safe: boolean }>
  /** By user: the password's hash, and the day on which the account ends, as /etc/shadow has them. */
  shadow: Record<string, { hash: string; expires: string }>
}

// A droplet comes with the account's keys as root's.
export const noOperators: Operators = {
  accounts: bareAccounts,
  keys: { root: { text: 'ssh-ed25519 first-contact\n', safe: true } },
  shadow: {},
}

/** Reads the accounts, and the keys of everybody who is or is to be an operator. */
export async function readOperators(host: Host, desired: string[]): Promise<Operators> {
  const [accounts, shadow] = await Promise.all([readAccounts(host), host.read('/etc/shadow')])
  const members = accounts.groups.get(operatorsGroup)?.members ?? []
  const names = [...new Set(['root', ...desired, ...members])].filter((name) => accounts.users.has(name))
  const keys = await Promise.all(
    names.map(async (name) => {
      const home = accounts.users.get(name)?.home ?? `/home/${name}`
      const path = keysPath(home)
      const uid = accounts.users.get(name)?.id
      const [text, own, folder, file] = await Promise.all([
        host.read(path),
        lstat(home).catch(() => undefined),
        lstat(`${home}/.ssh`).catch(() => undefined),
        lstat(path).catch(() => undefined),
      ])
      // sshd heeds no key in a folder that others may write.
      const safe =
        own?.isDirectory() === true &&
        (own.mode & 0o022) === 0 &&
        own.uid === uid &&
        folder?.isDirectory() === true &&
        (folder.mode & 0o777) === 0o700 &&
        folder.uid === uid &&
        file?.isFile() === true &&
        (file.mode & 0o777) === 0o600 &&
        file.uid === uid
      return [name, { text: text ?? '', safe }] as const
    }),
  )
  return { accounts, keys: Object.fromEntries(keys), shadow: parseShadow(shadow ?? '') }
}

function parseShadow(text: string): Operators['shadow'] {
  const rows = text.split('\n').filter(Boolean)
  return Object.fromEntries(
    rows.map((row) => {
      const [name = '', hash = '', , , , , , expires = ''] = row.split(':')
      return [name, { hash, expires }]
    }),
  )
}

export function keysPath(home: string): string {
  return `${home}/.ssh/authorized_keys`
}
