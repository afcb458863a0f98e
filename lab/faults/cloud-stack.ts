import { afterAll, afterEach, beforeAll } from 'vitest'
import { openPaperStack, type PaperStack } from '../paper-stack.ts'

const file = (path: string): string => new URL(`../../infra/${path}`, import.meta.url).href

/** The cloud's half of the program, with a name for the droplet that a test may change. */
const program = `
import * as pulumi from '@pulumi/pulumi'
import { cloud } from '${file('cloud.ts')}'
import { Monitoring } from '${file('monitoring.ts')}'
import { readSettings } from '${file('settings.ts')}'
const name = new pulumi.Config('test').get('dropletName')
pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
  name && type === 'digitalocean:index/droplet:Droplet' ? { props: { ...props, name }, opts } : undefined)
const settings = readSettings()
const { server } = await cloud(settings)
new Monitoring('monitoring', {
  dropletId: server.dropletId, sites: { www: 'https://www.example.com' }, emails: settings.alerts,
})
export const address = server.address
`
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 operator'
const config = {
  'shoestring:domain': 'example.com',
  'shoestring:region': 'fra1',
  'shoestring:operators': [{ name: 'dev', keys: [publicKey] }],
  'shoestring:alerts': ['ops@example.com'],
}

/** The name by which the engine knows the droplet. */
export const dropletUrn =
  'urn:pulumi:test::paper::shoestring:infra:Server$digitalocean:index/droplet:Droplet::web'

/** A stack for all tests of a file; whatever a test leaves, the next one begins from nothing. */
export function useCloudStack() {
  let opened: PaperStack | undefined
  beforeAll(async () => {
    opened = await openPaperStack(program, config)
  })
  afterEach(async () => {
    await stack().clearFaults()
    await destroy()
  })
  afterAll(() => opened?.remove())

  const stack = (): PaperStack => {
    if (!opened) throw new Error('the stack is opened before the first test')
    return opened
  }
  const destroy = () => stack().pulumi('destroy', '--yes', '--skip-preview', '--refresh')
  return {
    stack,
    destroy,
    up: () => stack().pulumi('up', '--yes', '--skip-preview'),
    /** Puts a fault in the way of one call: `POST /v2/droplets`. */
    strike: (call: string, wish: object) => {
      const [method, path] = call.split(' ')
      return stack().fault({ method, path, ...wish })
    },
    account: () => account(stack()),
  }
}

/** What the program makes. */
export const whole = [
  'key paper-test-dev',
  'tag paper-test',
  'firewall for paper-test',
  'active droplet web',
  'address of it',
  'domain example.com',
  '@ A',
  '@ AAAA',
  '@ CAA issue',
  '@ CAA issuewild',
  'admin A',
  'admin AAAA',
  'app A',
  'app AAAA',
  'www A',
  'www AAAA',
  'alert on cpu',
  'alert on disk_utilization_percent',
  'alert on memory_utilization_percent',
  'check monitoring-www',
  'alert on down',
  'alert on ssl_expiry',
]

/** Faults of every kind, once at a call. */
export const faultKinds: [string, object][] = [
  ['a 500 instead', { kind: 'status', status: 500 }],
  ['a 429 instead', { kind: 'status', status: 429, retryAfterSeconds: 0 }],
  ['a 500 after it was done', { kind: 'status', status: 500, when: 'after' }],
  ['a connection cut before', { kind: 'cut' }],
  ['a connection cut after it was done', { kind: 'cut', when: 'after' }],
]

const unmarked = (text = ''): string => text.replace(/-[0-9a-f]{7}$/, '')

/** What the account holds, a word each; chance left out. */
function account({ store }: PaperStack): string[] {
  const { keys, droplets, firewalls, domains, reservedIps, tags, leaving, alertPolicies, uptimeChecks } =
    store.state
  const records = domains.flatMap(({ records: all }) => all.slice(4))
  return [
    ...keys.map(({ name }) => `key ${name}`),
    ...tags.map((name) => `tag ${unmarked(name)}`),
    ...firewalls.map(({ tags: [tag] }) => `firewall for ${unmarked(tag)}`),
    ...droplets.map(({ name, status }) => `${status} droplet ${unmarked(name)}`),
    ...leaving.map(() => 'leaving droplet'),
    ...reservedIps.map(({ dropletId }) => (dropletId === droplets[0]?.id ? 'address of it' : 'idle address')),
    ...domains.map(({ name }) => `domain ${name}`),
    ...records.map(({ name, type, tag }) => [name, type, tag].filter(Boolean).join(' ')).toSorted(),
    ...alertPolicies.map(({ type }) => `alert on ${type.split('/').at(-1)}`).toSorted(),
    ...uptimeChecks.flatMap(({ name, alerts }) => [
      `check ${unmarked(name)}`,
      ...alerts.map(({ type }) => `alert on ${type}`).toSorted(),
    ]),
  ]
}
