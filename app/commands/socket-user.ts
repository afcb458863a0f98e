import { execFileSync } from 'node:child_process'

/** Connects while this process is Postgres's own user, where it is root and no other was named: the socket vouches for it. */
export async function asSocketUser<T>(env: NodeJS.ProcessEnv, connect: () => Promise<T>): Promise<T> {
  const before = process.geteuid?.()
  if (before !== 0 || env['PGUSER'] !== undefined || !isKnown('postgres')) return connect()
  process.seteuid?.('postgres')
  try {
    return await connect()
  } finally {
    process.seteuid?.(before)
  }
}

function isKnown(user: string): boolean {
  try {
    execFileSync('id', ['-u', user], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
