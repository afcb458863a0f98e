import { flushCompileCache } from 'node:module'
import { callbackify } from 'node:util'
import { ServerCredentials, type sendUnaryData, type Server } from '@grpc/grpc-js'

/** Lets a server listen on a free port of this machine's loopback, and answers the port. */
export function bind(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
}

/** Promises in, gRPC callbacks out. A plain error's message reaches the engine as it is. */
export function asService(implementation: Record<string, (request: never) => Promise<unknown>>) {
  return Object.fromEntries(
    Object.entries(implementation).map(([method, handle]) => {
      const handleUnary = callbackify(handle as (request: unknown) => Promise<unknown>)
      return [
        method,
        (call: { request: unknown }, callback: sendUnaryData<unknown>) =>
          handleUnary(call.request, (error: Error | null, response) => callback(error, response)),
      ]
    }),
  )
}

/** Prints the port; nothing else may ever be written to stdout. */
export function announce(port: number): void {
  process.stdout.write(`${port}\n`)
  // What was compiled is kept at an exit, but the engine ends whom it started by a signal.
  flushCompileCache()
}
