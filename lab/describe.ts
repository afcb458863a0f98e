import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { Store } from './digitalocean/state/store.ts'
import type { LabPaths } from './paths.ts'
import type { LabStatus } from './status.ts'

/** What `lab status` says, as JSON and to people. */
export interface Description {
  /** PEM file with the roots of this lab's certificates. */
  ca: string
  urls: { www: string; app: string; admin: string; mail: string; api: string }
  hosts: { name: string; address: string; address6: string | undefined; status: string }[]
  dns: string
  acme: string
  smtp: LabStatus['smtp']
}

export async function describe(paths: LabPaths, status: LabStatus): Promise<Description> {
  const { droplets } = (await Store.open(paths.cloud)).state
  const domain = await domainOf(paths)
  // The port that a browser has to name: none where the relay holds the usual one.
  const port = status.relay.https === 443 ? '' : `:${status.relay.https}`
  return {
    ca: status.ca,
    urls: {
      www: `https://www.${domain}${port}`,
      app: `https://app.${domain}${port}`,
      admin: `https://admin.${domain}${port}`,
      mail: status.mail,
      api: status.api,
    },
    hosts: droplets.map(({ name, ipv4, ipv6, status: state }) => ({
      name,
      address: ipv4,
      address6: ipv6,
      status: state,
    })),
    dns: status.dns,
    acme: status.acme.directory,
    smtp: status.smtp,
  }
}

async function domainOf({ stackSettings }: LabPaths): Promise<string> {
  const text = await readFile(stackSettings, 'utf8').catch(() => 'config: {}')
  const { config } = parse(text) as { config: Record<string, string> }
  return config['shoestring:domain'] ?? 'example.localhost'
}

export function toText({ ca, urls, hosts, dns, acme, smtp }: Description): string {
  const rows: [string, string][] = [
    ['www', urls.www],
    ['app', urls.app],
    ['admin', urls.admin],
    ['mail', `${urls.mail}   everything the app sends lands here`],
    ...hosts.map(({ name, address, status }): [string, string] => ['host', `${name}  ${address}  ${status}`]),
    ['api', `${urls.api}   DigitalOcean's, for DIGITALOCEAN_API_URL`],
    ['dns', dns],
    ['acme', acme],
    ['smtp', `${smtp.address}  ${smtp.smtps} TLS, ${smtp.submission} STARTTLS`],
    ['ca', ca],
  ]
  return rows.map(([name, value]) => `  ${name.padEnd(5)} ${value}\n`).join('')
}
