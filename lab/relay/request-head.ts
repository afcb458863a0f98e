/** What the first bytes of an HTTP/1 connection ask for. */
export type RequestHead = { host: string; path: string } | 'incomplete' | 'nameless' | 'not HTTP'

export const longestHeadBytes = 16 * 1024

/** Reads the host and path of the first request on a connection. */
export function readRequestHead(bytes: Buffer): RequestHead {
  const text = bytes.toString('latin1')
  // Enough to send a TLS hello or other noise away at once, instead of waiting for the rest of it.
  if (!/^[A-Z]{1,20}($| )/.test(text)) return 'not HTTP'
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return 'incomplete'
  const [requestLine = '', ...headers] = text.slice(0, end).split('\r\n')
  const path = /^[A-Z]+ (\S+) HTTP\/1\.[01]$/.exec(requestLine)?.[1]
  if (path === undefined) return 'not HTTP'
  const hosts = headers.flatMap((header) => /^host:\s*(\S*)\s*$/i.exec(header)?.[1] ?? [])
  const host = hosts[0]?.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase()
  // Two Host headers are how requests are smuggled past the one who reads only the first.
  return host && hosts.length === 1 ? { host, path } : 'nameless'
}
