/** A fatal TLS alert as a server sends it before any handshake: the browser then knows more than "closed". */
export function tlsAlert(description: 'unrecognized name' | 'internal error' | 'decode error'): Buffer {
  const number = { 'unrecognized name': 112, 'internal error': 80, 'decode error': 50 }[description]
  return Buffer.of(21, 3, 3, 0, 2, 2, number)
}
