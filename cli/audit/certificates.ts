import { readFile } from 'node:fs/promises'
import { connect } from 'node:tls'

/** What a site proved itself by in a real handshake. */
export interface Certificate {
  name: string
  issuer: string
  daysLeft: number
  protocol: string
  /** Why a browser would not trust it; undefined where it would. */
  distrusted?: string
}

/** Shakes hands with a site at an address; `ca` is where roots are that this machine doesn't know. */
export async function certificateOf(
  name: string,
  address: string,
  ca: string | undefined,
  timeoutMs = 5000,
): Promise<Certificate> {
  const roots = ca && (await readFile(ca, 'utf8'))
  return new Promise((resolve, reject) => {
    // Looked at even when it is not trusted: that is what is to be told.
    const options = { host: address, port: 443, servername: name, rejectUnauthorized: false }
    const socket = connect({ ...options, ...(roots && { ca: roots }) })
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no handshake within ${timeoutMs / 1000} s`)))
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      // What a server answers that has nothing to prove itself by: none was asked for, or the authority said no.
      const none = cause.code === 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'
      reject(none ? new Error('the server has no certificate for this name yet', { cause }) : cause)
    })
    socket.once('secureConnect', () => {
      const { valid_to: end, issuer } = socket.getPeerCertificate()
      const distrusted = socket.authorized ? undefined : String(socket.authorizationError)
      resolve({
        name,
        issuer: first(issuer.O ?? issuer.CN),
        daysLeft: Math.floor((Date.parse(end) - Date.now()) / 86_400_000),
        protocol: socket.getProtocol() ?? '',
        ...(distrusted && { distrusted }),
      })
      socket.end()
    })
  })
}

function first(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? 'unknown'
}
