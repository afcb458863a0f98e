/** What the first bytes of a TLS connection say about the name it is for. */
export type ServerName = { name: string } | 'incomplete' | 'nameless' | 'not TLS'

const handshakeRecord = 22
const clientHello = 1
const serverNameExtension = 0
const hostName = 0
/** RFC 8446: a record's fragment; some servers allow a little more, no ClientHello needs it. */
const longestRecordBytes = 16_384
/** With post-quantum key shares a hello has about 2 KB. */
export const longestHelloBytes = 64 * 1024

/** Reads the server name (SNI, RFC 6066) of a ClientHello, however it is cut into records and packets. */
export function readServerName(bytes: Buffer): ServerName {
  const handshake: Buffer[] = []
  let at = 0
  // A hello may be spread over several records; they are joined before anything is read.
  while (at < bytes.length) {
    if (bytes[at] !== handshakeRecord || (bytes[at + 1] ?? 3) !== 3) return 'not TLS'
    if (at + 5 > bytes.length) break
    const length = bytes.readUInt16BE(at + 3)
    if (length === 0 || length > longestRecordBytes) return 'not TLS'
    handshake.push(bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  const message = Buffer.concat(handshake)
  if (message.length > 0 && message[0] !== clientHello) return 'not TLS'
  if (message.length < 4) return 'incomplete'
  const length = message.readUIntBE(1, 3)
  if (length > longestHelloBytes) return 'not TLS'
  if (message.length < 4 + length) return 'incomplete'
  try {
    return nameIn(message.subarray(4, 4 + length))
  } catch {
    // A length pointed past the end.
    return 'not TLS'
  }
}

function nameIn(hello: Buffer): ServerName {
  const reader = new Reader(hello)
  reader.skip(2 + 32) // version and random
  reader.take(1) // session id
  reader.take(2) // cipher suites
  reader.take(1) // compression methods
  if (reader.atEnd) return 'nameless'
  const extensions = new Reader(reader.take(2))
  while (!extensions.atEnd) {
    const type = extensions.number(2)
    const content = extensions.take(2)
    if (type !== serverNameExtension) continue
    const names = new Reader(new Reader(content).take(2))
    while (!names.atEnd) {
      const kind = names.number(1)
      const name = names.take(2).toString('latin1').toLowerCase()
      if (kind === hostName) return name ? { name } : 'nameless'
    }
  }
  return 'nameless'
}

/** Walks over length-prefixed fields; throws at the end of the bytes. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(size: number): number {
    const value = this.#bytes.readUIntBE(this.#at, size)
    this.#at += size
    return value
  }

  skip(count: number): void {
    this.#at += count
    if (this.#at > this.#bytes.length) throw new RangeError('past the end')
  }

  take(sizeOfLength: number): Buffer {
    const length = this.number(sizeOfLength)
    const start = this.#at
    this.skip(length)
    return this.#bytes.subarray(start, start + length)
  }
}
