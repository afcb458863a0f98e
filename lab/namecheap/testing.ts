import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Account } from './account.ts'
import { createNamecheap } from './api.ts'

export const apiKey = 'k3y-that-must-not-be-seen'

/** A Namecheap of its own, listening, with an account that has these domains. */
export async function testNamecheap(domains: readonly string[], clock = () => new Date()) {
  const folder = await mkdtemp(join(tmpdir(), 'shoestring-namecheap-api-'))
  const account = await Account.open(join(folder, 'namecheap.json'), domains, clock())
  const logged: Record<string, unknown>[] = []
  const api = createNamecheap({ account, apiKey, log: (entry) => logged.push({ ...entry }), clock })
  await api.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}/xml.response`

  /** What a client finds in its environment. */
  const environment = {
    NAMECHEAP_API_URL: url,
    NAMECHEAP_API_USER: 'lab',
    NAMECHEAP_API_KEY: apiKey,
    NAMECHEAP_CLIENT_IP: '127.0.0.1',
  }

  /** Asks one of the lab's own routes. */
  async function lab(method: 'PATCH' | 'PUT' | 'POST' | 'DELETE', path: string, body: object = {}) {
    const headers = { 'content-type': 'application/json', host: '127.0.0.1' }
    const answer = await api.inject({ method, url: `/_lab${path}`, headers, payload: JSON.stringify(body) })
    expect(answer.statusCode, answer.body).toBeLessThan(300)
  }

  /** The domain's nameservers; undefined while they are Namecheap's own. */
  const nameservers = (name: string) =>
    account.state.domains.find((domain) => domain.name === name)?.nameservers

  async function close(): Promise<void> {
    await api.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { account, api, close, environment, lab, logged, nameservers, url }
}
