import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openPaperStack, type PaperStack } from './paper-stack.ts'

// The cloud's half of the program with every kind of fault at every kind of call, on the real engine. The official
// plugin asks again after a 5xx or a lost answer, so that what was made already is made twice: nothing of it may stay.

const program = `
import * as pulumi from '@pulumi/pulumi'
import { cloud } from '${new URL('../infra/cloud.ts', import.meta.url).href}'
import { readSettings } from '${new URL('../infra/settings.ts', import.meta.url).href}'
const name = new pulumi.Config('test').get('dropletName')
pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
  name && type === 'digitalocean:index/droplet:Droplet' ? { props: { ...props, name }, opts } : undefined)
const { server } = await cloud(readSettings())
export const address = server.address
`
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 operator'
const config = {
  'shoestring:domain': 'example.com',
  'shoestring:region': 'fra1',
  'shoestring:operators': [{ name: 'dev', keys: [publicKey] }],
}

/** Calls that make, change or delete, one of each kind. */
const made = [
  'POST /v2/account/keys',
  'POST /v2/tags',
  'POST /v2/domains',
  'POST /v2/domains/*/records',
  'POST /v2/firewalls',
  'POST /v2/droplets',
  'POST /v2/reserved_ips',
  'POST /v2/reserved_ips/*/actions',
]
const deleted = [
  'DELETE /v2/account/keys/*',
  'DELETE /v2/tags/*',
  'DELETE /v2/domains/*',
  'DELETE /v2/domains/*/records/*',
  'DELETE /v2/firewalls/*',
  'DELETE /v2/droplets/*',
  'DELETE /v2/reserved_ips/*',
]

let stack: PaperStack
beforeAll(async () => {
  stack = await openPaperStack(program, config)
})
afterEach(async () => {
  // Whatever a failed test left, the next one begins from nothing.
  await stack.clearFaults()
  await destroy()
})
afterAll(() => stack?.remove())

const up = () => stack.pulumi('up', '--yes', '--skip-preview')
const destroy = () => stack.pulumi('destroy', '--yes', '--skip-preview', '--refresh')

const strike = (call: string, wish: object) => {
  const [method, path] = call.split(' ')
  return stack.fault({ method, path, ...wish })
}

/** What the account holds, a word each; chance left out. */
function account(): string[] {
  const { keys, droplets, firewalls, domains, reservedIps, tags, leaving } = stack.store.state
  const records = domains.flatMap(({ records: all }) => all.slice(4))
  return [
    ...keys.map(({ name }) => `key ${name}`),
    ...tags.map((name) => `tag ${name.replace(/-[0-9a-f]{7}$/, '')}`),
    ...firewalls.map(({ tags: [tag] }) => `firewall for ${tag?.replace(/-[0-9a-f]{7}$/, '')}`),
    ...droplets.map(({ name, status }) => `${status} droplet ${name.replace(/-[0-9a-f]{7}$/, '')}`),
    ...leaving.map(() => 'leaving droplet'),
    ...reservedIps.map(({ dropletId }) => (dropletId === droplets[0]?.id ? 'address of it' : 'idle address')),
    ...domains.map(({ name }) => `domain ${name}`),
    ...records.map(({ name, type, tag }) => [name, type, tag].filter(Boolean).join(' ')).toSorted(),
  ]
}

const whole = [
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
  'app A',
  'app AAAA',
  'www A',
  'www AAAA',
]

test('without faults: up makes each thing once, nothing is left to do, destroy leaves nothing', async () => {
  await up()
  expect(account()).toEqual(whole)
  await stack.pulumi('preview', '--expect-no-changes', '--refresh')
  await destroy()
  expect(account()).toEqual([])
})

const kinds: [string, object][] = [
  ['a 500 instead of each', { kind: 'status', status: 500 }],
  ['a 429 instead of each', { kind: 'status', status: 429, retryAfterSeconds: 0 }],
  ['a 500 after each was done', { kind: 'status', status: 500, when: 'after' }],
  ['a connection cut before each', { kind: 'cut' }],
  ['a connection cut after each was done', { kind: 'cut', when: 'after' }],
]

test.each(kinds)(
  '%s: the same up goes on, destroy does in a few runs, and nothing is left',
  async (_, wish) => {
    for (const call of made) await strike(call, wish)
    await up()
    expect(await stack.clearFaults()).toEqual(made.map(() => 1))
    expect(account()).toEqual(whole)
    await stack.pulumi('preview', '--expect-no-changes', '--refresh')
    for (const call of deleted) await strike(call, wish)
    // To the plugin a deletion whose answer was lost has failed, and it stops: the next run looks first.
    for (const _call of deleted) if (account().length > 0) await destroy().catch(() => undefined)
    expect(await stack.clearFaults()).toEqual(deleted.map(() => 1))
    await destroy()
    expect(account()).toEqual([])
  },
)

test.each(kinds)('%s: a resize, a new name and a new droplet come in one run or two', async (_, wish) => {
  await up()
  const [first] = stack.store.state.droplets
  // Off, resized, on: three actions, each struck once.
  for (const skip of [0, 1, 2]) await strike('POST /v2/droplets/*/actions', { ...wish, skip })
  await stack.pulumi('config', 'set', 'shoestring:size', 's-1vcpu-1gb')
  await up().catch(up)
  await stack.clearFaults()
  expect(stack.store.state.droplets).toMatchObject([{ id: first?.id, size: 's-1vcpu-1gb', status: 'active' }])

  await strike('POST /v2/droplets/*/actions', wish)
  await stack.pulumi('config', 'set', 'test:dropletName', 'web-1')
  await up().catch(up)
  await stack.clearFaults()
  expect(stack.store.state.droplets).toMatchObject([{ id: first?.id, name: 'web-1', status: 'active' }])

  for (const call of ['POST /v2/droplets', 'DELETE /v2/droplets/*', 'POST /v2/reserved_ips/*/actions'])
    await strike(call, wish)
  await stack.pulumi('config', 'rm', 'test:dropletName')
  const droplet = 'urn:pulumi:test::paper::shoestring:infra:Server$digitalocean:index/droplet:Droplet::web'
  await stack
    .pulumi('up', '--yes', '--skip-preview', '--replace', droplet)
    .catch(() => stack.pulumi('up', '--yes', '--skip-preview', '--refresh'))
  await stack.clearFaults()
  expect(account()).toEqual(whole)
  expect(stack.store.state.droplets[0]?.id).not.toBe(first?.id)
  await stack.pulumi('preview', '--expect-no-changes', '--refresh')
  await stack.pulumi('config', 'rm', 'shoestring:size')
})

test.each([
  // What doesn't wait for one another fails in one run.
  ['POST /v2/account/keys', 'POST /v2/tags', 'POST /v2/domains', 'POST /v2/reserved_ips'],
  ['POST /v2/domains/*/records', 'POST /v2/firewalls'],
  ['POST /v2/droplets'],
  ['POST /v2/reserved_ips/*/actions'],
])('%s done, and never answered: the run fails, the next converges', async (...calls) => {
  for (const call of calls) await strike(call, { kind: 'status', status: 500, when: 'after', times: null })
  await expect(up()).rejects.toThrow(/giving up after 5 attempt/)
  const hits = await stack.clearFaults()
  // Five of the plugin's own, three times.
  expect(hits.every((count) => count >= 5)).toBe(true)
  await up()
  expect(account()).toEqual(whole)
})

const lag = (kind: string, answers: number) =>
  stack.api.inject({ method: 'POST', url: '/_lab/lag', payload: { kind, answers } })

test('what was just made is not found yet: the plugin waits for it, or its address is given back', async () => {
  await lag('keys', 3)
  await lag('droplets', 3)
  await lag('reserved_ips', 3)
  // It looks once, at once, and forgets the address.
  await expect(up()).rejects.toThrow(/nil state during Create of .*ReservedIp::web/)
  expect(stack.store.state.reservedIps).toEqual([])
  await lag('reserved_ips', 0)
  await up()
  expect(account()).toEqual(whole)
  await stack.pulumi('preview', '--expect-no-changes', '--refresh')
  await lag('keys', 0)
  await lag('droplets', 0)
})

test('a droplet that is made and can never be read again: one run fails, the next converges', async () => {
  await strike('GET /v2/droplets/*', { kind: 'status', status: 500, times: null })
  await expect(up()).rejects.toThrow(/giving up after 5 attempt/)
  await stack.clearFaults()
  await up()
  expect(account()).toEqual(whole)
  await stack.pulumi('preview', '--expect-no-changes', '--refresh')
})

test.each([
  ['POST /v2/droplets', /removed droplet web-[0-9a-f]{7} \(\d+\), which an earlier run had left behind/],
  ['POST /v2/reserved_ips', /the reserved IP 198\.51\.100\.\d+ leads nowhere, and costs money/],
])(
  'the engine killed while %s was done and hangs: the next run takes away or names what is left',
  async (call, says) => {
    await strike(call, { kind: 'hang', when: 'after' })
    const killed = stack.begin('up', '--yes', '--skip-preview')
    await expect
      .poll(() => stack.store.state.droplets.length + stack.store.state.reservedIps.length, {
        timeout: 60_000,
      })
      .toBeGreaterThan(call.endsWith('droplets') ? 1 : 0)
    await killed.kill('SIGKILL')
    await killed
    await stack.clearFaults()
    await stack.pulumi('cancel', '--yes')
    expect(await up()).toMatch(says)
    const idle = stack.store.state.reservedIps.filter(({ dropletId }) => dropletId === null)
    expect(idle).toHaveLength(call.endsWith('droplets') ? 0 : 1)
    await stack.store.change((draft) => {
      draft.reservedIps = draft.reservedIps.filter(({ dropletId }) => dropletId !== null)
    })
    expect(account()).toEqual(whole)
  },
)
