import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import leven from 'leven'
import * as v from 'valibot'
import { apiAccessPage, missingVariables } from '../plugin/namecheap/credentials.ts'
import { contradictions } from './contradictions.ts'
import { keys, regions, type Key, type Value } from './setting-keys.ts'

/** What a stack is made of, complete and checked. */
export interface Settings {
  readonly stack: string
  readonly domain: string
  readonly region: Value<'region'>
  readonly size: string
  readonly operators: Value<'operators'>
  /** Networks that may reach port 22. */
  readonly sshFrom: readonly string[]
  /** When the host may reboot for a security update that asks for it, UTC. */
  readonly rebootTime: string
  /** Path of the private key that opens the host; the ssh agent and defaults without it. */
  readonly sshKeyFile: string | undefined
  readonly acme: Value<'acme'>
  readonly mail: Value<'mail'> | undefined
  /** Given when the domain is registered at Namecheap and delegated from here. */
  readonly namecheap: Value<'namecheap'> | undefined
  /** Given when operators have a tunnel to the server. */
  readonly wireguard: Value<'wireguard'> | undefined
  /** Where the app hands its mail to; without it mail waits. */
  readonly smtp: Value<'smtp'> | undefined
  readonly smtpPassword: string | undefined
  /** What the product is called, on pages and in mails. */
  readonly product: string | undefined
  /** Whether people may create accounts themselves. */
  readonly signUps: boolean
  /** What people's browsers name in addresses, if it is not 443. */
  readonly httpsPort: number
  /** Who is written to when the server or a site is in trouble; nobody, and nothing is watched. */
  readonly alerts: readonly string[]
  readonly ttlSeconds: number
  /** Whether what holds data is protected from `pulumi destroy`. */
  readonly protect: boolean
}

/** Reads and checks the stack's configuration. Throws one error that names every wrong key, its file and what is right. */
export function readSettings(
  stack = pulumi.getStack(),
  config: Record<string, string> = pulumi.runtime.allConfig(),
  environment: NodeJS.ProcessEnv = process.env,
): Settings {
  const wrong: string[] = []
  const raw: Record<string, unknown> = {}
  for (const [fullKey, text] of Object.entries(config)) {
    const [namespace, key] = split(fullKey)
    if (namespace !== 'shoestring') continue
    if (!isKey(key)) {
      wrong.push(`${fullKey} is not a setting${didYouMean(key, Object.keys(keys), 'shoestring:')}`)
      continue
    }
    const { shape, wanted } = keys[key]
    const value = parse(text, shape)
    if (v.is(shape, value)) raw[key] = value
    else wrong.push(`${fullKey} must be ${wanted}; got ${JSON.stringify(value)}${nearest(key, value)}`)
  }
  const { domain, region, operators, ...rest } = raw as { [K in Key]?: Value<K> }
  const named = (key: string): boolean => wrong.some((line) => line.startsWith(`shoestring:${key} `))
  for (const key of ['domain', 'region', 'operators'] as const) {
    if (raw[key] === undefined && !named(key)) wrong.push(`shoestring:${key} is missing: ${keys[key].wanted}`)
  }
  wrong.push(...contradictions({ operators, sshFrom: rest.sshFrom, wireguard: rest.wireguard }))
  if (!environment['DIGITALOCEAN_TOKEN'] && !config['digitalocean:token']) {
    wrong.push(
      'no DigitalOcean token: set DIGITALOCEAN_TOKEN, or pulumi config set --secret digitalocean:token\n' +
        '  make one at https://cloud.digitalocean.com/account/api/tokens',
    )
  }
  const unset = rest.namecheap ? missingVariables(environment) : []
  if (unset.length > 0) {
    wrong.push(
      `shoestring:namecheap is set, and the environment lacks ${unset.join(' and ')}\n` +
        `  make a key and let this machine's address in: ${apiAccessPage}`,
    )
  }
  if (wrong.length > 0 || !domain || !region || !operators) {
    throw new pulumi.RunError(wrong.map((line) => `Pulumi.${stack}.yaml: ${line}`).join('\n'))
  }
  return {
    stack,
    domain,
    region,
    operators,
    size: rest.size ?? 's-1vcpu-512mb-10gb',
    sshFrom: rest.sshFrom ?? ['0.0.0.0/0', '::/0'],
    rebootTime: rest.rebootTime ?? '04:00',
    sshKeyFile: keyFile(stack, rest.sshKeyFile),
    acme: rest.acme ?? {},
    mail: rest.mail,
    namecheap: rest.namecheap,
    wireguard: rest.wireguard,
    smtp: rest.smtp,
    smtpPassword: rest.smtpPassword,
    product: rest.product,
    signUps: rest.signUps ?? true,
    httpsPort: rest.httpsPort ?? 443,
    alerts: rest.alerts ?? [],
    ttlSeconds: rest.ttlSeconds ?? 1800,
    protect: rest.protect ?? stack === 'prod',
  }
}

function keyFile(stack: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  const full = resolve(import.meta.dirname, '..', path.replace(/^~(?=\/)/, homedir()))
  try {
    accessSync(full, constants.R_OK)
    return full
  } catch (cause) {
    throw new pulumi.RunError(
      `Pulumi.${stack}.yaml: shoestring:sshKeyFile names ${path}, which can't be read: ${(cause as Error).message}\n` +
        `  make one: ssh-keygen -t ed25519 -f ${path}`,
    )
  }
}

const split = (fullKey: string): [string, string] => {
  const at = fullKey.indexOf(':')
  return [fullKey.slice(0, at), fullKey.slice(at + 1)]
}

const isKey = (key: string): key is Key => Object.hasOwn(keys, key)

/** Configuration arrives as text: JSON for everything that is not a string. */
function parse(text: string, shape: v.GenericSchema): unknown {
  if (shape.type === 'string' || shape.type === 'picklist') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function nearest(key: Key, value: unknown): string {
  return key === 'region' ? didYouMean(String(value), regions) : ''
}

function didYouMean(given: string, known: readonly string[], prefix = ''): string {
  const near = known
    .map((name) => ({ name, distance: given.startsWith(name.slice(0, 2)) ? 1 : leven(given, name) }))
    .filter(({ distance }) => distance <= 2)
    .toSorted((a, b) => a.distance - b.distance)[0]
  if (near) return `\n  did you mean ${prefix}${near.name}?`
  return prefix && `; the settings are ${known.join(', ')}`
}
