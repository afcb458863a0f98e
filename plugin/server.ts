import { callbackify } from 'node:util'
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js'
import providerRpc from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import { EngineLog } from './engine.ts'
import { handlers } from './handlers.ts'
import type { Provider } from './provider.ts'

// The engine's own ceiling (sdk/go/common/util/rpcutil): a release's files travel in one message.
const maxMessageBytes = 400 * 1024 * 1024

export interface Served {
  readonly port: number
  close(): void
}

/** Serves a provider to the engine that started this process, and prints the port, as its handshake wants it. */
export async function serve(provider: Provider): Promise<void> {
  const { port } = await listen(provider, process.argv[2])
  // Nothing else may ever be written to stdout.
  process.stdout.write(`${port}\n`)
}

/** Serves a provider over gRPC on a free port; log lines go to the engine at that address. */
export async function listen(provider: Provider, engineAddress: string | undefined): Promise<Served> {
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
  })
  server.addService(
    providerRpc.ResourceProviderService,
    asService(handlers(provider, new EngineLog(engineAddress))),
  )
  return { port: await bind(server), close: () => server.forceShutdown() }
}

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
