import pluginPb from '@pulumi/pulumi/proto/plugin_pb.js'
import pb from '@pulumi/pulumi/proto/provider_pb.js'
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js'
import structPb from 'google-protobuf/google/protobuf/struct_pb.js'
import { askedForDiff } from './asked-for-diff.ts'
import { diffResponse } from './diff-response.ts'
import type { EngineLog } from './engine.ts'
import { initFailure } from './init-failure.ts'
import { HalfMade, type Call, type Olds, type Provider, type ResourceClass } from './provider.ts'
import { once } from './once.ts'
import { openAll, sealAll, secretKeys, unknown, type Bag } from './values.ts'

type Struct = structPb.Struct
const bagOf = (struct: Struct | undefined): Bag => (struct ? struct.toJavaScript() : {})
// By way of JSON, which drops undefined: a Struct has no such value.
const structOf = (bag: Bag): Struct =>
  structPb.Struct.fromJavaScript(JSON.parse(JSON.stringify(bag)) as Record<string, structPb.JavaScriptValue>)

const typeOf = (urn: string): string => urn.split('::')[2]?.split('$').at(-1) ?? ''
const nameOf = (urn: string): string => urn.split('::').slice(3).join('::')

/** What the engine may ask of a provider, by the names of the protocol's methods. */
export function handlers(provider: Provider, log: EngineLog) {
  const stopping = new AbortController()
  const diffs = once(() => askedForDiff())

  async function resourceClass(urn: string): Promise<ResourceClass> {
    const found = provider.resources[typeOf(urn)] ?? lacks(typeOf(urn), Object.keys(provider.resources))
    return typeof found === 'function' ? found() : found
  }

  function lacks(token: string, known: string[]): never {
    const listed = `this ${provider.name} plugin has no ${token}; it knows ${known.join(', ')}`
    throw new Error(provider.missing?.(token) ?? listed)
  }

  const callFor = (urn: string, timeoutSeconds = 0): Call => ({
    urn,
    name: nameOf(urn),
    signal: stopping.signal,
    timeoutMs: timeoutSeconds * 1000,
    info: (message) => log.write(urn, 'info', message, false),
    warn: (message) => log.write(urn, 'warning', message, false),
    status: (message) => log.write(urn, 'info', message, true),
  })

  return {
    async getPluginInfo() {
      const info = new pluginPb.PluginInfo()
      info.setVersion(provider.version)
      return info
    },
    async getSchema() {
      const schema = new pb.GetSchemaResponse()
      schema.setSchema(JSON.stringify({ name: provider.name, version: provider.version }))
      return schema
    },
    async checkConfig(request: pb.CheckRequest) {
      const response = new pb.CheckResponse()
      response.setInputs(request.getNews())
      return response
    },
    async diffConfig() {
      return new pb.DiffResponse()
    },
    async configure(request: pb.ConfigureRequest) {
      await provider.configure?.(openAll(bagOf(request.getArgs())))
      const response = new pb.ConfigureResponse()
      response.setAcceptsecrets(true)
      response.setSupportspreview(true)
      response.setAcceptresources(false)
      response.setAcceptoutputs(false)
      return response
    },
    async check(request: pb.CheckRequest) {
      const sealed = bagOf(request.getNews())
      const news = openAll(sealed)
      const fresh = {
        name: nameOf(request.getUrn()),
        suffix: Buffer.from(request.getRandomseed_asU8()).toString('hex').slice(0, 7),
      }
      const found = await resourceClass(request.getUrn())
      const checked = await found.check?.(news, openAll(bagOf(request.getOlds())), fresh)
      const response = new pb.CheckResponse()
      response.setInputs(structOf(sealAll(checked?.inputs ?? news, secretKeys(sealed))))
      response.setFailuresList((checked?.failures ?? []).map(failureOf))
      return response
    },
    async diff(request: pb.DiffRequest) {
      const news = openAll(bagOf(request.getNews()))
      const olds = oldsOf(request.getOldInputs(), request.getOlds())
      const call = { ...callFor(request.getUrn()), diffs: await diffs() }
      const found = await resourceClass(request.getUrn())
      return diffResponse(await found.diff(request.getId(), olds, news, call))
    },
    async create(request: pb.CreateRequest) {
      const sealed = bagOf(request.getProperties())
      const inputs = openAll(sealed)
      const found = await resourceClass(request.getUrn())
      const call = callFor(request.getUrn(), request.getTimeout())
      const response = new pb.CreateResponse()
      const secret = new Set([...secretKeys(sealed), ...(found.secret ?? [])])
      if (request.getPreview()) {
        await found.preview?.(inputs, { ...call, diffs: await diffs() })
        response.setProperties(
          structOf(sealAll({ ...unknowns(found.unsaid), ...inputs, ...unknowns(found.computed) }, secret)),
        )
        return response
      }
      try {
        const { id, outputs } = await found.create(inputs, call)
        response.setId(id)
        response.setProperties(structOf(sealAll(outputs, secret)))
        return response
      } catch (error) {
        if (!(error instanceof HalfMade)) throw error
        throw initFailure(error, structOf(sealAll(error.outputs, secret)), request.getProperties())
      }
    },
    async read(request: pb.ReadRequest) {
      const found = await resourceClass(request.getUrn())
      const sealedInputs = bagOf(request.getInputs())
      const sealedOutputs = bagOf(request.getProperties())
      const olds = { inputs: openAll(sealedInputs), outputs: openAll(sealedOutputs) }
      const secret = new Set([...secretKeys(sealedInputs, sealedOutputs), ...(found.secret ?? [])])
      const response = new pb.ReadResponse()
      const now = await found.read(request.getId(), olds, callFor(request.getUrn(), request.getTimeout()))
      if (!now) return response
      response.setId(now.id ?? request.getId())
      response.setProperties(structOf(sealAll(now.outputs, secret)))
      response.setInputs(structOf(sealAll(now.inputs, secret)))
      return response
    },
    async update(request: pb.UpdateRequest) {
      const sealed = bagOf(request.getNews())
      const news = openAll(sealed)
      const olds = oldsOf(request.getOldInputs(), request.getOlds())
      const found = await resourceClass(request.getUrn())
      const call = callFor(request.getUrn(), request.getTimeout())
      const secret = new Set([...secretKeys(sealed), ...(found.secret ?? [])])
      const response = new pb.UpdateResponse()
      if (request.getPreview()) {
        const changing = unknowns(found.recomputed?.(olds, news))
        response.setProperties(structOf(sealAll({ ...olds.outputs, ...news, ...changing }, secret)))
        return response
      }
      if (!found.update) throw new Error(`${typeOf(request.getUrn())} can only be replaced`)
      try {
        const outputs = await found.update(request.getId(), olds, news, call)
        response.setProperties(structOf(sealAll(outputs, secret)))
        return response
      } catch (error) {
        if (!(error instanceof HalfMade)) throw error
        throw initFailure(error, structOf(sealAll(error.outputs, secret)), request.getNews())
      }
    },
    async delete(request: pb.DeleteRequest) {
      const olds = oldsOf(request.getOldInputs(), request.getProperties())
      const call = callFor(request.getUrn(), request.getTimeout())
      const found = await resourceClass(request.getUrn())
      await found.delete(request.getId(), olds, call)
      return new emptyPb.Empty()
    },
    async invoke(request: pb.InvokeRequest) {
      const functions = provider.functions ?? {}
      const call = functions[request.getTok()] ?? lacks(request.getTok(), Object.keys(functions))
      const response = new pb.InvokeResponse()
      response.setReturn(structOf(await call(openAll(bagOf(request.getArgs())))))
      return response
    },
    async cancel() {
      stopping.abort()
      return new emptyPb.Empty()
    },
    async attach() {
      return new emptyPb.Empty()
    },
  }
}

function oldsOf(inputs: Struct | undefined, outputs: Struct | undefined): Olds {
  return { inputs: openAll(bagOf(inputs)), outputs: openAll(bagOf(outputs)) }
}

const unknowns = (keys: readonly string[] = []): Bag => Object.fromEntries(keys.map((key) => [key, unknown]))

function failureOf({ property, reason }: { property: string; reason: string }): pb.CheckFailure {
  const failure = new pb.CheckFailure()
  failure.setProperty(property)
  failure.setReason(reason)
  return failure
}
