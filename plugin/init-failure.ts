import { Metadata, status } from '@grpc/grpc-js'
import pb from '@pulumi/pulumi/proto/provider_pb.js'
import statusPb from '@pulumi/pulumi/proto/status_pb.js'
import anyPb from 'google-protobuf/google/protobuf/any_pb.js'
import type structPb from 'google-protobuf/google/protobuf/struct_pb.js'
import type { HalfMade } from './provider.ts'

/**
 * The answer that keeps a half-made resource in the state: grpc-js has no field for a status's details,
 * so they go into the metadata that Go's gRPC reads them from.
 */
export function initFailure(
  error: HalfMade,
  properties: structPb.Struct,
  inputs: structPb.Struct | undefined,
): Error & { metadata: Metadata } {
  const detail = new pb.ErrorResourceInitFailed()
  detail.setId(error.id)
  detail.setProperties(properties)
  detail.setInputs(inputs)
  detail.setReasonsList([error.message])
  const packed = new anyPb.Any()
  packed.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed')
  const answer = new statusPb.Status()
  answer.setCode(status.UNKNOWN)
  answer.setMessage(error.message)
  answer.addDetails(packed)
  const metadata = new Metadata()
  metadata.add('grpc-status-details-bin', Buffer.from(answer.serializeBinary()))
  return Object.assign(new Error(error.message), { metadata })
}
