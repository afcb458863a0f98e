import type { Socket } from 'node:net'

/** Reads a connection until `parse` has seen enough; then the bytes are put back for whoever pipes it on. */
export function firstBytes<Result extends string | object>(
  socket: Socket,
  parse: (bytes: Buffer) => Result | 'incomplete',
  { limitBytes, timeoutMs }: { limitBytes: number; timeoutMs: number },
): Promise<Result | 'incomplete'> {
  const { promise, resolve } = Promise.withResolvers<Result | 'incomplete'>()
  let seen: Buffer = Buffer.alloc(0)
  const stop = (result: Result | 'incomplete') => {
    clearTimeout(timer)
    socket.off('data', look)
    socket.off('close', giveUp)
    socket.off('end', giveUp)
    socket.pause()
    if (seen.length > 0 && socket.readable) socket.unshift(seen)
    resolve(result)
  }
  const giveUp = () => stop('incomplete')
  const look = (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk])
    const result = parse(seen)
    if (result !== 'incomplete' || seen.length > limitBytes) stop(result)
  }
  const timer = setTimeout(giveUp, timeoutMs)
  socket.on('data', look)
  socket.on('close', giveUp)
  socket.on('end', giveUp)
  return promise
}
