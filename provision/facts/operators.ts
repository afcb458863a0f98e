import { lstat } from 'node:fs/promises'
import type { Host } from '../host.ts'
import { bareAccounts, readAccounts, type Accounts } from './accounts.ts'

/** The group that makes somebody an operator: it holds our operators and nobody else. */
export const operatorsGroup = 'shoestring-operators'

export interface Operators {
  accounts: Accounts
  /** By user: the authorized_keys file as it stands, with its rights. */
  keys: Record<string, { text: string; safe: boolean }>
}

export const noOperators: Operators = { accounts: bareAccounts, keys: {} }

/** Reads the accounts, and the keys of everybody who is or is to be an operator. */
export async function readOperators(host: Host, desired: string[]): Promise<Operators> {
  const accounts = await readAccounts(host)
  const members = accounts.groups.get(operatorsGroup)?.members ?? []
  const names = [...new Set([...desired, ...members])].filter((name) => accounts.users.has(name))
  const keys = await Promise.all(
    names.map(async (name) => {
      const home = accounts.users.get(name)?.home ?? `/home/${name}`
      const path = keysPath(home)
      const uid = accounts.users.get(name)?.id
      const [text, folder, file] = await Promise.all([
        host.read(path),
        lstat(`${home}/.ssh`).catch(() => undefined),
        lstat(path).catch(() => undefined),
      ])
      const safe =
        folder?.isDirectory() === true &&
        (folder.mode & 0o777) === 0o700 &&
        folder.uid === uid &&
        file?.isFile() === true &&
        (file.mode & 0o777) === 0o600 &&
        file.uid === uid
      return [name, { text: text ?? '', safe }] as const
    }),
  )
  return { accounts, keys: Object.fromEntries(keys) }
}

export function keysPath(home: string): string {
  return `${home}/.ssh/authorized_keys`
}
