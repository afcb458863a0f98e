import type { Socket } from 'node:net'

/** A DNS message as it travels over TCP: its length in two bytes, then itself. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** Calls back for each whole message of a TCP connection; never holds more than one message and a chunk. */
export function readFrames(socket: Socket, onMessage: (message: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2) {
      const end = 2 + pending.readUInt16BE(0)
      if (pending.length < end) return
      onMessage(pending.subarray(2, end))
      pending = pending.subarray(end)
    }
  })
}
