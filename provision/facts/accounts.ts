import type { Host } from '../host.ts'

export interface User {
  name: string
  id: number
  group: number
  home: string
  shell: string
}

export interface Group {
  name: string
  id: number
  members: string[]
}

/** Users and groups by their names. */
export interface Accounts {
  users: Map<string, User>
  groups: Map<string, Group>
}

export async function readAccounts(host: Pick<Host, 'read'>): Promise<Accounts> {
  const [passwd, group] = await Promise.all([host.read('/etc/passwd'), host.read('/etc/group')])
  return parseAccounts(passwd ?? '', group ?? '')
}

export function parseAccounts(passwd: string, group: string): Accounts {
  const users = rows(passwd).map(([name = '', , id, gid, , home = '', shell = '']): [string, User] => [
    name,
    { name, id: Number(id), group: Number(gid), home, shell },
  ])
  const groups = rows(group).map(([name = '', , id, members = '']): [string, Group] => [
    name,
    { name, id: Number(id), members: members.split(',').filter(Boolean) },
  ])
  return { users: new Map(users), groups: new Map(groups) }
}

/** The accounts of a fresh Debian, as far as steps look at them. */
export const bareAccounts: Accounts = parseAccounts(
  'root:x:0:0:root:/root:/bin/bash\n',
  'root:x:0:\nsudo:x:27:\n',
)

function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':'))
}
