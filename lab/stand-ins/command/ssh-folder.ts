import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from './connection.ts'

/** Lends a folder with the key and the host's key, as options for ssh; it is always removed. */
export async function withSshFolder<T>(
  connection: Connection,
  use: (options: string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ss-ssh-'))
  try {
    return await use(await sshOptions(connection, folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function sshOptions(connection: Connection, folder: string): Promise<string[]> {
  const { host, port = 22, privateKey, agentSocketPath, hostKey, perDialTimeout = 15 } = connection
  const knownHosts = join(folder, 'known_hosts')
  await writeFile(
    knownHosts,
    hostKey ? `${port === 22 ? host : `[${host}]:${port}`} ${hostKey.trim()}\n` : '',
  )
  const options = {
    BatchMode: 'yes',
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: hostKey ? 'yes' : 'no',
    LogLevel: 'ERROR',
    ConnectTimeout: perDialTimeout,
    ServerAliveInterval: 15,
    ControlMaster: 'auto',
    ControlPath: join(folder, 'mux'),
    // Long enough for the command to begin; a killed plugin leaves nothing that stays.
    ControlPersist: 10,
    ...(agentSocketPath ? { IdentityAgent: agentSocketPath } : {}),
    ...(privateKey ? { IdentityFile: await keyFile(folder, privateKey), IdentitiesOnly: 'yes' } : {}),
  }
  // Not with the settings of whoever runs this.
  return [
    '-F',
    '/dev/null',
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ]
}

async function keyFile(folder: string, privateKey: string): Promise<string> {
  const file = join(folder, 'key')
  // ssh reads no key without a last line break, and none that others could read.
  await writeFile(file, `${privateKey.trimEnd()}\n`, { mode: 0o600 })
  return file
}
