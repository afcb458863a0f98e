import { credentials } from '@grpc/grpc-js'
import engineRpc from '@pulumi/pulumi/proto/engine_grpc_pb.js'
import enginePb from '@pulumi/pulumi/proto/engine_pb.js'

export type Severity = 'info' | 'warning'

const severities = {
  info: enginePb.LogSeverity.INFO,
  warning: enginePb.LogSeverity.WARNING,
} as const

/** The engine's log, where a resource's messages are printed under its name. */
export class EngineLog {
  readonly #client: engineRpc.EngineClient | undefined

  constructor(address: string | undefined) {
    this.#client = address ? new engineRpc.EngineClient(address, credentials.createInsecure()) : undefined
  }

  async write(urn: string, severity: Severity, message: string, ephemeral: boolean): Promise<void> {
    const client = this.#client
    if (!client) return
    const request = new enginePb.LogRequest()
    request.setUrn(urn)
    request.setSeverity(severities[severity])
    request.setMessage(message)
    request.setEphemeral(ephemeral)
    // A lost log line must not fail an update: the engine may be on its way out.
    await new Promise<void>((resolve) => {
      client.log(request, () => resolve())
    })
  }
}
