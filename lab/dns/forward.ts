import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { framed, readFrames } from './framing.ts'

export interface Endpoint {
  host: string
  port: number
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^\[(.+)\](?::(\d+))?$/.exec(text) ?? /^([^:]+)(?::(\d+))?$/.exec(text)
  if (match?.[1]) return { host: match[1], port: Number(match[2] ?? 53) }
  return { host: text, port: 53 }
}

/** The raw reply of the first resolver that gives one; `undefined` when none does in time. */
export async function forward(
  query: Buffer,
  upstream: readonly Endpoint[],
  via: 'udp' | 'tcp',
  timeoutMs: number,
): Promise<Buffer | undefined> {
  // The time is shared, so that a dead first resolver leaves some for the second.
  const shareMs = timeoutMs / Math.max(1, upstream.length)
  for (const endpoint of upstream) {
    try {
      return await (via === 'udp' ? askUdp : askTcp)(query, endpoint, shareMs)
    } catch {
      // The next one may know; that none did is the caller's SERVFAIL.
    }
  }
  return undefined
}

function askUdp(query: Buffer, { host, port }: Endpoint, timeoutMs: number): Promise<Buffer> {
  // A socket a question: its random port keeps replies apart, being connected drops those of strangers.
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const timer = setTimeout(() => reject(new Error('no reply in time')), timeoutMs)
  socket.on('error', reject)
  socket.on('message', (reply) => {
    if (answers(reply, query)) resolve(reply)
  })
  socket.connect(port, host, (...[error]: [Error?]) => (error ? reject(error) : socket.send(query)))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.close()
  })
}

function askTcp(query: Buffer, { host, port }: Endpoint, timeoutMs: number): Promise<Buffer> {
  const socket = connect({ host, port })
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const timer = setTimeout(() => reject(new Error('no reply in time')), timeoutMs)
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('closed without a reply')))
  socket.on('connect', () => socket.write(framed(query)))
  readFrames(socket, (reply) => {
    if (answers(reply, query)) resolve(reply)
  })
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}

function answers(reply: Buffer, query: Buffer): boolean {
  const isResponse = reply.length >= 12 && (reply.readUInt16BE(2) & 0x8000) !== 0
  return isResponse && reply.readUInt16BE(0) === query.readUInt16BE(0)
}
