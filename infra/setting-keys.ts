// Valibot rather than TypeBox, which takes 0.3 s of every preview to load.
import * as v from 'valibot'

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
const matching = (pattern: RegExp) => v.pipe(v.string(), v.regex(pattern))
const integer = (from: number, to: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(from), v.maxValue(to))

const operator = v.strictObject({
  /** Login on the host, `jsmith`. */
  name: matching(/^[a-z][a-z0-9_-]{0,30}$/),
  /** OpenSSH public keys, one line each. */
  keys: v.array(matching(/^(ssh-|ecdsa-|sk-)\S+ \S+/)),
})

const acme = v.strictObject({
  /** Directory URL of the certificate authority; Let's Encrypt without it. */
  directory: v.exactOptional(matching(/^https:\/\//)),
  /** PEM of the root that signs the directory's own certificate, where the host does not know it. */
  rootCertificate: v.exactOptional(matching(/^-----BEGIN CERTIFICATE-----/)),
  /** Where the authority writes before a certificate ends. */
  email: v.exactOptional(matching(/^[^@\s]+@[^@\s]+$/)),
  /** What the domain's CAA records allow to issue. */
  issuer: v.exactOptional(v.string()),
})

const mail = v.strictObject({
  /** Hosts that receive mail for the domain. */
  mx: v.array(v.strictObject({ host: v.string(), priority: integer(0, 65_535) })),
  /** The whole SPF text, `v=spf1 include:zoho.eu -all`. */
  spf: matching(/^v=spf1 /),
  /** DKIM keys by selector: the record's whole text. */
  dkim: v.record(v.string(), v.string()),
  /** The whole DMARC text, `v=DMARC1; p=quarantine`. */
  dmarc: matching(/^v=DMARC1;/),
})

const smtp = v.strictObject({
  /** `smtps://user@smtp.example.com:465`, or `smtp://…:587` for STARTTLS; the password is a key of its own. */
  server: matching(/^smtps?:\/\/([^@:/\s]+@)?[^@/\s]+$/),
  /** Whom people see: `Example <accounts@example.com>`. */
  from: v.exactOptional(matching(/^[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>$/)),
  /** PEM of what the server's certificate is trusted by, where the host does not know it. */
  rootCertificate: v.exactOptional(matching(/^-----BEGIN CERTIFICATE-----/)),
})

const peer = v.strictObject({
  /** Whose machine it is, `ada-laptop`. */
  name: matching(/^[a-z0-9][a-z0-9_-]{0,30}$/),
  /** What `wg pubkey` prints there. */
  publicKey: v.string(),
  /** The machine's own address in the tunnel. */
  address: v.string(),
})

const wireguard = v.strictObject({ peers: v.array(peer) })

const namecheap = v.strictObject({
  /** What happens to the domain's nameservers when the stack goes. */
  onDelete: v.exactOptional(v.picklist(['keep', 'restore', 'default'])),
})

/** Every key of a stack's configuration: its shape, and what would be right, as people are told. */
export const keys = {
  domain: {
    shape: matching(new RegExp(`^(${label}\\.)+${label}$`)),
    wanted: 'a domain name such as example.com',
  },
  region: { shape: v.picklist(regions), wanted: `one of ${regions.join(', ')}` },
  size: { shape: matching(/^[a-z0-9-]+$/), wanted: 'a droplet size such as s-1vcpu-512mb-10gb' },
  operators: {
    shape: v.pipe(v.array(operator), v.minLength(1)),
    wanted: 'a list of {name, keys: [OpenSSH public keys]} with at least one operator',
  },
  sshFrom: {
    shape: v.pipe(v.array(matching(/^[0-9a-f.:]+\/\d{1,3}$/)), v.minLength(1)),
    wanted: 'a list of networks such as 192.0.2.0/24 or ::/0; without one nobody could log in',
  },
  rebootTime: {
    shape: matching(/^([01]\d|2[0-3]):[0-5]\d$/),
    wanted: 'a time of day in UTC such as "04:00", when the server may reboot for a security update',
  },
  sshKeyFile: { shape: v.string(), wanted: 'the path of the private key that opens the host' },
  acme: { shape: acme, wanted: '{directory, rootCertificate, email, issuer}, each optional' },
  mail: { shape: mail, wanted: '{mx: [{host, priority}], spf, dkim: {selector: text}, dmarc}' },
  namecheap: {
    shape: namecheap,
    wanted: '{onDelete: keep, restore or default}, or {} for a domain that stays delegated',
  },
  wireguard: {
    shape: wireguard,
    wanted: '{peers: [{name, publicKey, address}]}, the machines that may come into the tunnel',
  },
  alerts: {
    shape: v.array(matching(/^[^@\s]+@[^@\s]+$/)),
    wanted: 'a list of e-mail addresses that DigitalOcean writes to when something is wrong, [] for none',
  },
  smtp: {
    shape: smtp,
    wanted: '{server: smtps://user@smtp.example.com:465, from: Example <accounts@example.com>}',
  },
  smtpPassword: {
    shape: v.string(),
    wanted: 'the password of the mail account, set with pulumi config set --secret',
  },
  product: {
    shape: v.pipe(v.string(), v.minLength(1), v.maxLength(60)),
    wanted: 'what the product is called',
  },
  signUps: { shape: v.boolean(), wanted: 'true or false: whether people may create accounts themselves' },
  httpsPort: {
    shape: integer(1, 65_535),
    wanted: 'the port that people reach the sites by, where it is not 443',
  },
  ttlSeconds: { shape: integer(30, 604_800), wanted: 'seconds from 30 to 604800' },
  protect: { shape: v.boolean(), wanted: 'true or false' },
} as const

export type Key = keyof typeof keys

export type Value<K extends Key> = v.InferOutput<(typeof keys)[K]['shape']>
