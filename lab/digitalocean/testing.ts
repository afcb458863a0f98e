import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { noMachines, type Machines } from '../machines.ts'
import { createApi, type Api } from './api.ts'
import { nowhere, type Outside } from './monitoring/outside.ts'
import { holdToDescription } from './wire/description.ts'
import { Store } from './state/store.ts'

export const testAddresses = ['198.51.100.3', '198.51.100.4', '198.51.100.5', '198.51.100.6']

export const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 operator'

export interface Answer {
  status: number
  body: any
  headers: Record<string, unknown>
}

/** An API over a fresh account, and a client of it with a token. */
export async function startApi(
  options: { machines?: Partial<Machines>; file?: string; outside?: Outside; clock?: () => Date } = {},
) {
  const file = options.file ?? join(await mkdtemp(join(tmpdir(), 'shoestring-api-')), 'digitalocean.json')
  const logged: Record<string, any>[] = []
  const store = await Store.open(file)
  const machines = { ...noMachines(testAddresses), ...options.machines }
  const { outside = nowhere, clock = () => new Date() } = options
  const api = createApi({ store, machines, outside, clock, log: (entry) => logged.push({ ...entry }) })
  const mismatches = holdToDescription(api)
  onTestFinished(async () => {
    await api.close()
    await rm(dirname(file), { recursive: true, force: true })
    if (mismatches.length > 0)
      throw new Error(`not as the official description says:\n${mismatches.join('\n')}`)
  })
  return { api, store, file, logged, ...client(api) }
}

function client(api: Api) {
  async function call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<Answer> {
    const response = await api.inject({
      method,
      url: `/v2${path}`,
      // The official client says so on a DELETE without a body too.
      headers: {
        authorization: 'Bearer test-token',
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body ? { payload: body } : {}),
    })
    return {
      status: response.statusCode,
      body: response.body ? response.json<unknown>() : undefined,
      headers: response.headers,
    }
  }

  /** A droplet that has booted. */
  async function droplet(fields: object = {}): Promise<any> {
    const order = { name: 'web', region: 'fra1', size: 's-1vcpu-512mb-10gb', image: 'debian-13-x64' }
    const { body } = await call('POST', '/droplets', { ...order, ...fields })
    await api.idle()
    return (await call('GET', `/droplets/${body.droplet.id}`)).body.droplet
  }

  return { call, droplet }
}

/** What a refusal says, without the request's id. */
export const refusal = ({ status, body }: Answer) => `${status} ${body.id}: ${body.message}`
