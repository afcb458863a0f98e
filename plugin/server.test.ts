import { credentials } from '@grpc/grpc-js'
import providerRpc from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import pb from '@pulumi/pulumi/proto/provider_pb.js'
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js'
import structPb from 'google-protobuf/google/protobuf/struct_pb.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HalfMade, type Call, type ResourceClass } from './provider.ts'
import { listen, type Served } from './server.ts'
import { unknown, type Bag } from './values.ts'

const urn = 'urn:pulumi:test::project::some:infra:Parent$toy:index:Thing::name::with::colons'
const secret = (value: unknown) => ({
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  value,
})
let seen: { name: string; bag: Bag; call?: Call }[] = []

const thing: ResourceClass = {
  computed: ['made'],
  unsaid: ['place'],
  secret: ['password'],
  recomputed: (olds, news) => (olds.outputs['size'] === news['size'] ? [] : ['made']),
  diff: async (_id, olds, news) => ({
    changes: olds.inputs['size'] === news['size'] ? [] : [{ path: 'size', kind: 'replace', ofInputs: true }],
  }),
  create: async (bag, call) => {
    seen.push({ name: call.name, bag, call })
    const outputs = { ...bag, made: 'yes', password: 'hush' }
    if (bag['size'] === 'broken') throw new HalfMade('t1', outputs, new Error('it does not hold'))
    return { id: 't1', outputs }
  },
  read: async (id) => (id === 'gone' ? undefined : { inputs: { size: 'small' }, outputs: { size: 'small' } }),
  delete: async () => {
    throw new Error('DELETE /things/t1: 422 it is in use')
  },
}

let served: Served
let client: providerRpc.ResourceProviderClient

beforeAll(async () => {
  const functions = { 'toy:index:double': async ({ size }: Bag) => ({ twice: Number(size) * 2 }) }
  const resources = { 'toy:index:Thing': thing }
  served = await listen({ name: 'toy', version: '1.0.0', resources, functions }, undefined)
  client = new providerRpc.ResourceProviderClient(`127.0.0.1:${served.port}`, credentials.createInsecure())
})

afterAll(() => {
  client.close()
  served.close()
})

type Answer<T> = (error: Error | null, response: T) => void
const ask = <T>(send: (answer: Answer<T>) => unknown): Promise<T> =>
  new Promise((resolve, reject) => {
    send((error, response) => (error ? reject(error) : resolve(response)))
  })

const struct = (bag: object) =>
  structPb.Struct.fromJavaScript(bag as Record<string, structPb.JavaScriptValue>)

function createRequest(bag: object, preview = false): pb.CreateRequest {
  const request = new pb.CreateRequest()
  request.setUrn(urn)
  request.setProperties(struct(bag))
  request.setPreview(preview)
  return request
}

test('a resource class sees secrets opened; the state gets them back sealed, its own too', async () => {
  seen = []
  const request = createRequest({ size: 'small', token: secret('t'), __internal: {} })
  const response = await ask<pb.CreateResponse>((answer) => client.create(request, answer))
  expect(seen).toMatchObject([{ name: 'name::with::colons', bag: { size: 'small', token: 't' } }])
  expect(response.getProperties()?.toJavaScript()).toEqual({
    size: 'small',
    token: secret('t'),
    made: 'yes',
    password: secret('hush'),
  })
})

test('a preview creates nothing and does not know what only creating tells', async () => {
  seen = []
  const response = await ask<pb.CreateResponse>((answer) =>
    client.create(createRequest({ size: 'small' }, true), answer),
  )
  expect(seen).toEqual([])
  expect(response.getProperties()?.toJavaScript()).toEqual({ size: 'small', place: unknown, made: unknown })
})

test('what the program says is known in a preview, and an update knows what it leaves alone', async () => {
  const said = await ask<pb.CreateResponse>((answer) =>
    client.create(createRequest({ place: 'here' }, true), answer),
  )
  expect(said.getProperties()?.toJavaScript()).toEqual({ place: 'here', made: unknown })
  const request = new pb.UpdateRequest()
  request.setUrn(urn)
  request.setPreview(true)
  request.setOlds(struct({ size: 'small', made: 'yes' }))
  const preview = async (news: object) => {
    request.setNews(struct(news))
    return (await ask<pb.UpdateResponse>((answer) => client.update(request, answer)))
      .getProperties()
      ?.toJavaScript()
  }
  expect(await preview({ size: 'small', label: 'new' })).toEqual({ size: 'small', made: 'yes', label: 'new' })
  expect(await preview({ size: 'large' })).toEqual({ size: 'large', made: unknown })
})

test('a function answers, and one that is missing is named beside those that are known', async () => {
  const request = new pb.InvokeRequest()
  request.setTok('toy:index:double')
  request.setArgs(struct({ size: secret(4), __internal: {} }))
  const response = await ask<pb.InvokeResponse>((answer) => client.invoke(request, answer))
  expect(response.getReturn()?.toJavaScript()).toEqual({ twice: 8 })
  request.setTok('toy:index:halve')
  await expect(ask((answer) => client.invoke(request, answer))).rejects.toMatchObject({
    details: 'this toy plugin has no toy:index:halve; it knows toy:index:double',
  })
})

test('a half-made resource is told with its properties, so that the engine keeps it', async () => {
  const failed = ask((answer) => client.create(createRequest({ size: 'broken' }), answer))
  await expect(failed).rejects.toMatchObject({ details: 'it does not hold' })
  const error = (await failed.catch((cause: unknown) => cause)) as {
    metadata: { get(key: string): Buffer[] }
  }
  const details = String(error.metadata.get('grpc-status-details-bin')[0])
  expect(details).toContain('pulumirpc.ErrorResourceInitFailed')
  expect(details).toContain('t1')
})

test('a difference names its property and whether it replaces', async () => {
  const request = new pb.DiffRequest()
  request.setUrn(urn)
  request.setOldInputs(struct({ size: 'small' }))
  request.setNews(struct({ size: 'large' }))
  const response = await ask<pb.DiffResponse>((answer) => client.diff(request, answer))
  expect(response.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_SOME)
  expect(response.getReplacesList()).toEqual(['size'])
  expect(response.getHasdetaileddiff()).toBe(true)
})

test('what is gone reads as an empty id', async () => {
  const request = new pb.ReadRequest()
  request.setUrn(urn)
  request.setId('gone')
  expect((await ask<pb.ReadResponse>((answer) => client.read(request, answer))).getId()).toBe('')
})

test('an error reaches the engine in its own words', async () => {
  const request = new pb.DeleteRequest()
  request.setUrn(urn)
  await expect(ask((answer) => client.delete(request, answer))).rejects.toMatchObject({
    details: 'DELETE /things/t1: 422 it is in use',
  })
})

test('an unknown type is named beside those that are known', async () => {
  const request = createRequest({})
  request.setUrn('urn:pulumi:test::project::toy:index:Other::x')
  await expect(ask((answer) => client.create(request, answer))).rejects.toMatchObject({
    details: 'this toy plugin has no toy:index:Other; it knows toy:index:Thing',
  })
})

test('cancelling tells everything under way', async () => {
  seen = []
  await ask((answer) => client.create(createRequest({}), answer))
  const signal = seen[0]?.call?.signal
  expect(signal?.aborted).toBe(false)
  await ask((answer) => client.cancel(new emptyPb.Empty(), answer))
  expect(signal?.aborted).toBe(true)
})
