import type { AddressInfo } from 'node:net'
import { jsonLines } from '../digitalocean/wire/request-log.ts'
import { kept } from '../kept.ts'
import type { LabPaths } from '../paths.ts'
import { Account } from './account.ts'
import { createNamecheap } from './api.ts'

/** The domain that the lab's stack is under, and one for a person's own experiments. */
const registered = ['example.localhost', 'example.com']

/** The lab's Namecheap, on a free port of loopback. What it is told changes nothing of the lab's own DNS. */
export async function startNamecheap(paths: LabPaths): Promise<{ url: string; close(): Promise<void> }> {
  const api = createNamecheap({
    account: await Account.open(paths.namecheap, registered),
    apiKey: await kept(paths.namecheapKey),
    log: jsonLines(paths.requests),
  })
  await api.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/xml.response`, close: () => api.close() }
}
