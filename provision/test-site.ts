import { readFile } from 'node:fs/promises'
import { Agent, get } from 'node:https'
import { text } from 'node:stream/consumers'
import { startAcme, type Acme } from '../lab/acme/start-acme.ts'
import { startDns } from '../lab/dns/start-dns.ts'
import type { TestHost, TestLab } from '../lab/testing.ts'
import type { DesiredHost } from './desired.ts'
import { desiredHost, openProvisioned, testTool, type ProvisionedHost } from './on-test-host.ts'

/** A host that serves example.test, with certificates that are really validated. */
export interface Site {
  host: TestHost
  provisioned: ProvisionedHost
  acme: Acme
  close(): Promise<void>
}

/** A fresh host, and a CA that validates it by a DNS that knows its names. */
export async function openSite(lab: TestLab): Promise<Site> {
  const host = await lab.addHost()
  const { gateway } = lab.slot
  const records = ['@', 'www', 'app'].map((name) => ({ type: 'A', name, data: host.address, ttl: 60 }))
  const zones = () => [{ name: 'example.test', records }]
  const dns = await startDns({ address: gateway, port: 53, zones, upstream: [] })
  const acme = await startAcme({
    pebble: await testTool('pebble'),
    address: gateway,
    dns: `${gateway}:53`,
    stateFolder: lab.stateFolder,
  })
  const provisioned = await openProvisioned(lab, host)
  return {
    host,
    provisioned,
    acme,
    async close() {
      await provisioned.close()
      await acme.close()
      await dns.close()
    },
  }
}

/** What the settings of that site ask of its host. */
export function siteOf(
  { caddy }: ProvisionedHost,
  { directory, rootCertificate }: Acme,
  changes: Partial<DesiredHost> = {},
) {
  return desiredHost(caddy, {
    domain: 'example.test',
    acme: { directory, rootCertificate, email: 'hello@example.test' },
    ...changes,
  })
}

/** What systemd says of units. */
export async function units(host: TestHost, ...names: string[]): Promise<string[]> {
  return (await host.$(`systemctl is-active ${names.join(' ')}`)).stdout.trim().split('\n')
}

/** A request as a browser makes it: by name, with a certificate that must be good. */
export async function visit(
  host: TestHost,
  { ca }: Acme,
  site: string,
  path: string,
  { port = '', agent }: { port?: string; agent?: Agent } = {},
) {
  const name = site ? `${site}.example.test` : 'example.test'
  const certificate = await readFile(ca)
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined
    headers: Record<string, unknown>
    body: string
  }>()
  const asked = get(
    {
      host: host.address,
      servername: name,
      path,
      headers: { host: `${name}${port}` },
      ca: certificate,
      agent: agent ?? new Agent(),
      timeout: 10_000,
    },
    (answer) => {
      const { statusCode: status, headers } = answer
      text(answer).then((body) => resolve({ status, headers, body }), reject)
    },
  )
  asked.on('timeout', () => asked.destroy(new Error(`no answer from ${name}`)))
  asked.on('error', reject)
  return promise
}

/** Four visitors who ask for the version without a pause, until they are stopped. */
export function startLoad(host: TestHost, acme: Acme) {
  const answers: string[] = []
  const stopping = new AbortController()
  const visitor = async () => {
    const agent = new Agent({ keepAlive: true })
    while (!stopping.signal.aborted) {
      const answer = await visit(host, acme, 'app', '/version', { agent }).catch((error: Error) => ({
        status: error.message,
        body: '{}',
      }))
      answers.push(`${answer.status} ${(JSON.parse(answer.body) as { version: string }).version}`)
    }
    agent.destroy()
  }
  const visitors = Array.from({ length: 4 }, visitor)
  return {
    async stop() {
      stopping.abort()
      await Promise.all(visitors)
      return answers
    },
  }
}
