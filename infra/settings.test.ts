import * as pulumi from '@pulumi/pulumi'
import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const right = {
  'shoestring:domain': 'example.com',
  'shoestring:region': 'fra1',
  'shoestring:operators': JSON.stringify([{ name: 'jsmith', keys: ['ssh-ed25519 AAAA jsmith'] }]),
}
const environment = { DIGITALOCEAN_TOKEN: 'token' }
const read = (config: Record<string, string>, env: NodeJS.ProcessEnv = environment) =>
  readSettings('staging', config, env)

test('completes what a stack does not say', () => {
  expect(read(right)).toEqual({
    stack: 'staging',
    domain: 'example.com',
    region: 'fra1',
    size: 's-1vcpu-512mb-10gb',
    operators: [{ name: 'jsmith', keys: ['ssh-ed25519 AAAA jsmith'] }],
    sshFrom: ['0.0.0.0/0', '::/0'],
    rebootTime: '04:00',
    sshKeyFile: undefined,
    acme: {},
    mail: undefined,
    namecheap: undefined,
    wireguard: undefined,
    smtp: undefined,
    smtpPassword: undefined,
    product: undefined,
    signUps: true,
    httpsPort: 443,
    alerts: [],
    ttlSeconds: 1800,
    protect: false,
  })
})

test('protects production unless it says otherwise', () => {
  expect(readSettings('prod', right, environment).protect).toBe(true)
  expect(readSettings('prod', { ...right, 'shoestring:protect': 'false' }, environment).protect).toBe(false)
})

test('names a wrong region with its file and the one that was meant', () => {
  expect(() => read({ ...right, 'shoestring:region': 'frankfurt' })).toThrow(
    'Pulumi.staging.yaml: shoestring:region must be one of ams3, blr1, fra1, lon1, nyc1, nyc3, sfo2, sfo3, sgp1, ' +
      'syd1, tor1; got "frankfurt"\n  did you mean fra1?',
  )
})

test('names a key that is not a setting', () => {
  expect(() => read({ ...right, 'shoestring:domian': 'x' })).toThrow(
    'Pulumi.staging.yaml: shoestring:domian is not a setting\n  did you mean shoestring:domain?',
  )
})

test.each(['example', 'exa mple.com', '-a.com', 'https://example.com', ''])(
  'refuses %j as a domain',
  (domain) => {
    expect(() => read({ ...right, 'shoestring:domain': domain })).toThrow(
      `shoestring:domain must be a domain name such as example.com; got ${JSON.stringify(domain)}`,
    )
  },
)

test('says all that is missing at once, the token too', () => {
  expect(() => read({}, {})).toThrow(
    /domain is missing[^]*region is missing[^]*operators is missing[^]*no DigitalOcean token: set DIGITALOCEAN_TOKEN/,
  )
})

test('refuses a firewall that lets nobody in', () => {
  expect(() => read({ ...right, 'shoestring:sshFrom': '[]' })).toThrow(/sshFrom must be a list of networks/)
})

const [key, network] = ['ssh-ed25519 AAAA ada', '192.0.2.0/24']

test.each([
  [[{ name: 'ada', keys: [] }], network, 'shoestring:operators: ada has no key, and there are no passwords'],
  [
    [
      { name: 'ada', keys: [key] },
      { name: 'ada', keys: [key] },
    ],
    network,
    'shoestring:operators names ada twice; give it all keys in one place',
  ],
  [
    [{ name: 'caddy', keys: [key] }],
    network,
    'shoestring:operators: caddy is a user of the system itself; choose another name',
  ],
  [
    [{ name: 'ada', keys: [key] }],
    '192.0.2.0/33',
    'shoestring:sshFrom: 192.0.2.0/33 is no network; write it as 192.0.2.0/24 or 2001:db8::/32',
  ],
])('refuses operators %j from %s', (operators, from, sentence) => {
  const config = {
    ...right,
    'shoestring:operators': JSON.stringify(operators),
    'shoestring:sshFrom': JSON.stringify([from]),
  }
  expect(() => read(config)).toThrow(`Pulumi.staging.yaml: ${sentence}`)
})

test('names an ssh key file that is not there and how to make one', () => {
  expect(() => read({ ...right, 'shoestring:sshKeyFile': '/nowhere/id' })).toThrow(
    /sshKeyFile names \/nowhere\/id[^]*ssh-keygen -t ed25519/,
  )
})

test("leaves other packages' settings alone", () => {
  expect(read({ ...right, 'digitalocean:token': 'x' }, {}).region).toBe('fra1')
})

const namecheap = { ...right, 'shoestring:namecheap': '{}' }
const credentials = { NAMECHEAP_API_USER: 'jsmith', NAMECHEAP_API_KEY: 'k', NAMECHEAP_CLIENT_IP: '192.0.2.1' }

test('a domain at Namecheap needs someone who may delegate it', () => {
  expect(read(namecheap, { ...environment, ...credentials }).namecheap).toEqual({})
  expect(() => read(namecheap, { ...environment, ...credentials, NAMECHEAP_API_KEY: ' ' })).toThrow(
    'Pulumi.staging.yaml: shoestring:namecheap is set, and the environment lacks NAMECHEAP_API_KEY\n' +
      "  make a key and let this machine's address in: https://ap.www.namecheap.com/settings/tools/apiaccess/",
  )
  expect(() => read(namecheap)).toThrow(
    'lacks NAMECHEAP_API_USER and NAMECHEAP_API_KEY and NAMECHEAP_CLIENT_IP\n',
  )
})

test('names a wrong way to leave a domain at Namecheap', () => {
  const wrong = { ...namecheap, 'shoestring:namecheap': '{"onDelete":"forget"}' }
  expect(() => read(wrong, { ...environment, ...credentials })).toThrow(
    'shoestring:namecheap must be {onDelete: keep, restore or default}, or {} for a domain that stays delegated; ' +
      'got {"onDelete":"forget"}',
  )
})

const tunnelKey = `${'A'.repeat(42)}E=`
const peer = (name: string, publicKey: string, address: string) => ({ name, publicKey, address })

test.each([
  [[], 'a tunnel without a peer leads nowhere; name one, or leave the key out'],
  [
    [peer('ada', 'ssh-ed25519 AAAA', '10.77.0.2')],
    "ada's publicKey is no key; it is what wg pubkey prints, 44 characters long",
  ],
  [
    [peer('ada', tunnelKey, '10.77.0.1')],
    "ada's address 10.77.0.1 can't be in the tunnel; it is one of 10.77.0.2 to .254",
  ],
  [
    [peer('ada', tunnelKey, '10.77.0.2'), peer('eve', tunnelKey, '10.77.0.3')],
    "ada and eve have one key; each machine makes its own, or one takes the other's packets",
  ],
  [
    [peer('ada', tunnelKey, '10.77.0.2'), peer('eve', tunnelKey.replace('E', 'A'), '10.77.0.2')],
    'ada and eve have one address, 10.77.0.2; each machine has its own',
  ],
  [
    [peer('ada', tunnelKey, '10.77.0.2'), peer('ada', tunnelKey.replace('E', 'A'), '10.77.0.3')],
    'two peers are called ada; each machine has its own name',
  ],
])('refuses a tunnel that contradicts itself: %j', (peers, sentence) => {
  const config = { ...right, 'shoestring:wireguard': JSON.stringify({ peers }) }
  expect(() => read(config)).toThrow(`Pulumi.staging.yaml: shoestring:wireguard: ${sentence}`)
})

test('the app is told its origins, and the password of its mail account as a secret of its own', async () => {
  const { appSettings } = await import('./app-settings.ts')
  const settings = read({
    ...right,
    'shoestring:smtp': '{"server":"smtps://accounts@smtp.example.com:465"}',
    'shoestring:smtpPassword': 'a b/c',
    'shoestring:signUps': 'false',
    'shoestring:httpsPort': '8443',
  })
  const { MAIL_SERVER: server, ...rest } = appSettings(settings)
  expect(rest).toEqual({
    DOMAIN: 'example.com',
    APP_ORIGIN: 'https://app.example.com:8443',
    ADMIN_ORIGIN: 'https://admin.example.com:8443',
    SIGN_UPS: 'off',
  })
  const told = pulumi.output(server)
  expect(await pulumi.isSecret(told)).toBe(true)
  expect(await new Promise((resolve) => told.apply(resolve))).toBe(
    'smtps://accounts:a%20b%2Fc@smtp.example.com:465',
  )
})
