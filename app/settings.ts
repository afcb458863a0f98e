import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** People's site and that of the admins: two hosts, so that nothing of the one is ever answered by the other. */
export type Site = 'app' | 'admin'
export const sites: readonly Site[] = ['app', 'admin']

/** Where one site listens: a socket on the host, a port while developing. */
export type Listen = { path: string } | { host: string; port: number }

/** What the environment decides about the app; nothing else reads it. */
export interface Settings {
  listen: Record<Site | 'metrics', Listen>
  /** `https://app.example.com`: what mailed links begin with, whatever a request says its host is. */
  origins: Record<Site, string>
  database: { host: string; name: string; user: string | undefined }
  mail: MailSettings
  /** Whether people may create accounts themselves. */
  signUps: boolean
  /** 32 bytes; what has to be readable again and must not lie open in the database is encrypted with a key of it. */
  secret: Buffer
  /** What the company calls its product: on pages, in mails, in an authenticator app. */
  name: string
  version: string
  /** The hash of the release. */
  release: string
  /** Where errors are reported, in Sentry's protocol; nowhere without it. */
  errorAddress: string | undefined
}

export interface MailSettings {
  /** `smtps://user:password@host:465` or `smtp://host:587`; `log:` prints what would be sent, with `none:` it waits. */
  server: string
  /** `Name <address>` */
  from: string
  /** PEM of what the server's certificate is trusted by, where this machine does not know it. */
  rootCertificate: string | undefined
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const port = portOf('PORT', env['PORT'] ?? '3000')
  const socket = env['APP_SOCKET']
  const domain = env['DOMAIN']
  const origin = (site: Site): string =>
    originOf(
      env[`${site.toUpperCase()}_ORIGIN`] ?? (domain ? `https://${site}.${domain}` : devOrigin(site, port)),
    )
  return {
    listen: {
      app: socket ? { path: socket } : { host: '127.0.0.1', port },
      admin: socket ? { path: join(socket, '../admin.sock') } : { host: '127.0.0.1', port: port && port + 1 },
      metrics: socket
        ? { path: join(socket, '../metrics.sock') }
        : { host: '127.0.0.1', port: port && port + 2 },
    },
    origins: { app: origin('app'), admin: origin('admin') },
    database: {
      host: env['PGHOST'] ?? '/run/postgresql',
      name: env['PGDATABASE'] ?? 'accounts',
      // Without a name Postgres takes that of the system's user, who is vouched for by the socket.
      user: env['PGUSER'],
    },
    mail: {
      // A code that is mailed must never stand in a log of a real server.
      server: env['MAIL_SERVER'] ?? (developing(env) ? 'log:' : 'none:'),
      from: env['MAIL_FROM'] ?? `Accounts <accounts@${domain ?? 'localhost'}>`,
      rootCertificate: env['MAIL_ROOT_CERTIFICATE'],
    },
    signUps: flagOf('SIGN_UPS', env['SIGN_UPS'] ?? 'on'),
    secret: secretOf(env),
    name: env['APP_NAME'] ?? 'Accounts',
    version: env['APP_VERSION'] ?? 'development',
    release: env['APP_RELEASE'] ?? 'none',
    errorAddress: env['ERROR_ADDRESS'],
  }
}

function portOf(name: string, text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_534) return port
  throw new Error(`${name} must be a number from 0 to 65533; got ${JSON.stringify(text)}`)
}

/** Browsers treat this name as safe even without TLS, and cookies of two ports of one name would be shared. */
function devOrigin(site: Site, port: number): string {
  return site === 'app' ? `http://app.localhost:${port}` : `http://admin.localhost:${port + 1}`
}

function originOf(text: string): string {
  const origin = URL.parse(text)?.origin
  if (origin === text) return origin
  throw new Error(`an origin is a scheme and a host, https://app.example.com; got ${JSON.stringify(text)}`)
}

function flagOf(name: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on'
  throw new Error(`${name} must be on or off; got ${JSON.stringify(text)}`)
}

/** Has to be said: a server that was never told what it is must not take a secret that everybody knows. */
function developing(env: NodeJS.ProcessEnv): boolean {
  return env['NODE_ENV'] === 'development'
}

/** systemd hands it over as a file that only this service can read; while developing it may be made up. */
function secretOf(env: NodeJS.ProcessEnv): Buffer {
  const folder = env['CREDENTIALS_DIRECTORY']
  if (folder === undefined) {
    if (developing(env)) return Buffer.alloc(32, 'development')
    throw new Error('there is no secret: systemd hands it over with LoadCredential=secret:<file>')
  }
  const secret = Buffer.from(readFileSync(join(folder, 'secret'), 'utf8').trim(), 'base64')
  if (secret.length !== 32) throw new Error(`the secret must be 32 bytes in base64; got ${secret.length}`)
  return secret
}
