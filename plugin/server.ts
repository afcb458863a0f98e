import { Server } from '@grpc/grpc-js'
import providerRpc from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import { EngineLog } from './engine.ts'
import { announce, asService, bind } from './grpc.ts'
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
  announce((await listen(provider, process.argv[2])).port)
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
