import Fastify from 'fastify'
import { expect, onTestFinished } from 'vitest'
import type { Call } from '../../../plugin/provider.ts'
import type { Bag } from '../../../plugin/values.ts'
import type { Machines } from '../../machines.ts'
import { addFault, labClient } from '../../digitalocean/admin/testing.ts'
import { startApi } from '../../digitalocean/testing.ts'
import { Api } from './api.ts'
import { functions } from './functions.ts'
import { resources } from './resources.ts'

/** A resource as the engine keeps it. */
export interface Kept {
  type: string
  id: string
  inputs: Bag
  outputs: Bag
}

export const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 operator'

export type Plugin = Awaited<ReturnType<typeof startPlugin>>

/** The plugin's resources and functions on the lab's API, without an engine. */
export async function startPlugin(machines: Partial<Machines> = {}) {
  const { api: server, store, call: ask } = await startApi({ machines })
  const apiEndpoint = await server.listen({ host: '127.0.0.1', port: 0 })
  const api = new Api()
  const reach = (url: string) =>
    api.configure({ apiEndpoint: url, token: 'test-token', httpRetryWaitMin: '0.01' })
  reach(apiEndpoint)
  const classes = resources(api)
  const classOf = (type: string) => {
    const found = classes[tokenOf(type)]
    if (!found) throw new Error(`no ${type}`)
    return found
  }
  const said: string[] = []
  const say = async (message: string) => void said.push(message)
  const callOf = (type: string): Call => ({
    urn: `urn:pulumi:test::test::${tokenOf(type)}::it`,
    name: 'it',
    signal: new AbortController().signal,
    timeoutMs: 0,
    info: say,
    warn: say,
    status: say,
  })

  async function checked(type: string, news: Bag, olds: Bag = {}): Promise<Bag> {
    const { inputs, failures } = (await classOf(type).check?.(news, olds, fresh)) ?? {
      inputs: news,
      failures: [],
    }
    expect(failures).toEqual([])
    return inputs
  }

  return {
    server,
    store,
    ask,
    said,
    checked,
    lab: labClient(server),
    fault: async (wish: object) => addFault(server, wish),
    /** Has answers changed on their way. */
    through: async (change: (url: string, body: string) => string) => reach(await relay(apiEndpoint, change)),
    lookUp: async (name: string, args: Bag = {}) =>
      functions(api)[`digitalocean:index/${name}:${name}`]?.(args),
    failures: async (type: string, news: Bag): Promise<string[]> => {
      const answer = await classOf(type).check?.(news, {}, fresh)
      return (answer?.failures ?? []).map(({ property, reason }) => `${property}: ${reason}`)
    },
    make: async (type: string, news: Bag): Promise<Kept> => {
      const inputs = await checked(type, news)
      return { type, inputs, ...(await classOf(type).create(inputs, callOf(type))) }
    },
    /** The properties that differ, `~size` for an update and `+-image` for a replacement. */
    diff: async ({ type, id, ...olds }: Kept, news: Bag): Promise<string[]> => {
      const { changes } = await classOf(type).diff(
        id,
        olds,
        await checked(type, news, olds.inputs),
        callOf(type),
      )
      return changes.map(({ kind, path }) => `${kind === 'replace' ? '+-' : '~'}${path}`)
    },
    update: async (kept: Kept, news: Bag): Promise<Kept> => {
      const { type, id, ...olds } = kept
      const inputs = await checked(type, news, olds.inputs)
      return {
        type,
        id,
        inputs,
        outputs: (await classOf(type).update?.(id, olds, inputs, callOf(type))) ?? {},
      }
    },
    read: async ({ type, id, ...olds }: Kept): Promise<Kept | undefined> => {
      const now = await classOf(type).read(id, olds, callOf(type))
      return now && { type, id, ...now }
    },
    drop: async ({ type, id, ...olds }: Kept): Promise<void> => {
      await classOf(type).delete(id, olds, callOf(type))
    },
  }
}

/** A server between the plugin and the API. */
async function relay(apiEndpoint: string, change: (url: string, body: string) => string): Promise<string> {
  const between = Fastify()
  between.removeAllContentTypeParsers()
  between.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, text: unknown) => text)
  between.all('/*', async ({ method, url, headers, body }, reply) => {
    const { authorization = '' } = headers
    const asked =
      typeof body === 'string' && body
        ? { body, headers: { authorization, 'content-type': 'application/json' } }
        : { headers: { authorization } }
    const answer = await fetch(apiEndpoint + url, { method, ...asked })
    return reply.code(answer.status).send(change(url, await answer.text()))
  })
  onTestFinished(() => between.close())
  return between.listen({ host: '127.0.0.1', port: 0 })
}

const fresh = { name: 'it', suffix: '1a2b3c4' }

const tokenOf = (type: string) => `digitalocean:index/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`
