/** What the environment decides about the app; nothing else reads it. */
export interface Settings {
  /** Where it listens: a socket on the host, a port while developing. */
  listen: { path: string } | { host: string; port: number }
  database: { host: string; name: string; user: string | undefined }
  version: string
  /** The hash of the release. */
  release: string
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const port = Number(env['PORT'] ?? 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT must be a number from 0 to 65535; got ${JSON.stringify(env['PORT'])}`)
  }
  return {
    listen: env['APP_SOCKET'] ? { path: env['APP_SOCKET'] } : { host: '127.0.0.1', port },
    database: {
      host: env['PGHOST'] ?? '/run/postgresql',
      name: env['PGDATABASE'] ?? 'accounts',
      // Without a name Postgres takes that of the system's user, who is vouched for by the socket.
      user: env['PGUSER'],
    },
    version: env['APP_VERSION'] ?? 'development',
    release: env['APP_RELEASE'] ?? 'none',
  }
}
