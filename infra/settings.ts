import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import leven from 'leven'
import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** Regions that sell the smallest droplet (DigitalOcean's regional availability matrix). */
export const regions = [
  'ams3',
  'blr1',
  'fra1',
  'lon1',
  'nyc1',
  'nyc3',
  'sfo2',
  'sfo3',
  'sgp1',
  'syd1',
  'tor1',
] as const

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const domainName = new RegExp(`^(${label}\\.)+${label}$`)
const strict = { additionalProperties: false }

const Operator = Type.Object(
  {
    /** Login on the host, `jsmith`. */
    name: Type.String({ pattern: '^[a-z][a-z0-9_-]{0,30}$' }),
    /** OpenSSH public keys, one line each. */
    keys: Type.Array(Type.String({ pattern: '^(ssh-|ecdsa-|sk-)\\S+ \\S+' }), { minItems: 1 }),
  },
  strict,
)

const Acme = Type.Object(
  {
    /** Directory URL of the certificate authority; Let's Encrypt without it. */
    directory: Type.Optional(Type.String({ pattern: '^https://' })),
    /** PEM of the root that signs the directory's own certificate, where the host does not know it. */
    rootCertificate: Type.Optional(Type.String({ pattern: '^-----BEGIN CERTIFICATE-----' })),
    /** Where the authority writes before a certificate ends. */
    email: Type.Optional(Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$' })),
    /** What the domain's CAA records allow to issue. */
    issuer: Type.Optional(Type.String()),
  },
  strict,
)

const Mail = Type.Object(
  {
    /** Hosts that receive mail for the domain. */
    mx: Type.Array(
      Type.Object({ host: Type.String(), priority: Type.Integer({ minimum: 0, maximum: 65535 }) }, strict),
    ),
    /** The whole SPF text, `v=spf1 include:zoho.eu -all`. */
    spf: Type.String({ pattern: '^v=spf1 ' }),
    /** DKIM keys by selector: the record's whole text. */
    dkim: Type.Record(Type.String(), Type.String()),
    /** The whole DMARC text, `v=DMARC1; p=quarantine`. */
    dmarc: Type.String({ pattern: '^v=DMARC1;' }),
  },
  strict,
)

/** One key of a stack's configuration: its shape, and the sentence that says what would be right. */
const keys = {
  domain: { schema: Type.String(), wanted: 'a domain name such as example.com' },
  region: { schema: Type.Enum(regions), wanted: `one of ${regions.join(', ')}` },
  size: {
    schema: Type.String({ pattern: '^[a-z0-9-]+$' }),
    wanted: 'a droplet size such as s-1vcpu-512mb-10gb',
  },
  operators: {
    schema: Type.Array(Operator, { minItems: 1 }),
    wanted: 'a list of {name, keys: [OpenSSH public keys]} with at least one operator',
  },
  sshFrom: {
    schema: Type.Array(Type.String({ pattern: '^[0-9a-f.:]+/\\d{1,3}$' }), { minItems: 1 }),
    wanted: 'a list of networks such as 192.0.2.0/24 or ::/0; without one nobody could log in',
  },
  sshKeyFile: { schema: Type.String(), wanted: 'the path of the private key that opens the host' },
  acme: { schema: Acme, wanted: '{directory, rootCertificate, email, issuer}, each optional' },
  mail: { schema: Mail, wanted: '{mx: [{host, priority}], spf, dkim: {selector: text}, dmarc}' },
  ttlSeconds: {
    schema: Type.Integer({ minimum: 30, maximum: 604_800 }),
    wanted: 'seconds from 30 to 604800',
  },
  protect: { schema: Type.Boolean(), wanted: 'true or false' },
} as const satisfies Record<string, { schema: TSchema; wanted: string }>

type Key = keyof typeof keys
type Raw = { [K in Key]?: Static<(typeof keys)[K]['schema']> }

/** What a stack is made of, complete and checked. */
export interface Settings {
  readonly stack: string
  readonly domain: string
  readonly region: (typeof regions)[number]
  readonly size: string
  readonly operators: readonly Static<typeof Operator>[]
  /** Networks that may reach port 22. */
  readonly sshFrom: readonly string[]
  /** Path of the private key that opens the host; the ssh agent and defaults without it. */
  readonly sshKeyFile: string | undefined
  readonly acme: Static<typeof Acme>
  readonly mail: Static<typeof Mail> | undefined
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
    const { schema, wanted } = keys[key]
    const value = parse(text, schema)
    if (Value.Check(schema, value)) raw[key] = value
    else wrong.push(`${fullKey} must be ${wanted}; got ${JSON.stringify(value)}${nearest(key, value)}`)
  }
  const { domain, region, operators, ...rest } = raw as Raw
  const named = (key: string): boolean => wrong.some((line) => line.startsWith(`shoestring:${key} `))
  for (const key of ['domain', 'region', 'operators'] as const) {
    if (raw[key] === undefined && !named(key)) wrong.push(`shoestring:${key} is missing: ${keys[key].wanted}`)
  }
  if (domain !== undefined && !domainName.test(domain)) {
    wrong.push(`shoestring:domain must be ${keys.domain.wanted}; got ${JSON.stringify(domain)}`)
  }
  if (!environment['DIGITALOCEAN_TOKEN'] && !config['digitalocean:token']) {
    wrong.push(
      'no DigitalOcean token: set DIGITALOCEAN_TOKEN, or pulumi config set --secret digitalocean:token\n' +
        '  make one at https://cloud.digitalocean.com/account/api/tokens',
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
    sshKeyFile: keyFile(stack, rest.sshKeyFile),
    acme: rest.acme ?? {},
    mail: rest.mail,
    ttlSeconds: rest.ttlSeconds ?? 1800,
    protect: rest.protect ?? stack === 'prod',
  }
}

function keyFile(stack: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  const full = resolve(path.replace(/^~(?=\/)/, homedir()))
  try {
    readFileSync(full)
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
function parse(text: string, schema: TSchema): unknown {
  if (Type.IsString(schema) || Type.IsEnum(schema)) return text
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
