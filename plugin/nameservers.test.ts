import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { testNamecheap } from '../lab/namecheap/testing.ts'
import { nameservers } from './nameservers.ts'
import { HalfMade, type Call, type Olds } from './provider.ts'
import { unknown, type Bag } from './values.ts'

const ours = ['ns1.digitalocean.com', 'ns2.digitalocean.com']
const others = ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com']
const previous = {
  nameservers: ['dns1.registrar-servers.com', 'dns2.registrar-servers.com'],
  isDefault: true,
}

let namecheap: Awaited<ReturnType<typeof testNamecheap>>
let told: string[] = []

beforeEach(async () => {
  told = []
  namecheap = await testNamecheap(['example.com'])
  for (const [name, value] of Object.entries(namecheap.environment)) vi.stubEnv(name, value)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await namecheap.close()
})

const tell = async (message: string) => void told.push(message)

function call(signal = new AbortController().signal): Call {
  return { urn: 'urn:x', name: 'x', signal, timeoutMs: 0, info: tell, warn: tell, status: tell }
}

const inputs = (more: Bag = {}): Bag => ({
  domain: 'example.com',
  nameservers: ours,
  onDelete: 'keep',
  ...more,
})
const oldsOf = (more: Bag = {}): Olds => ({ inputs: inputs(more), outputs: { ...inputs(more), previous } })
const checked = async (news: Bag) => nameservers.check?.(news, {}, { name: 'x', suffix: '0' })

test('writes names in one way, so that their order and case are no change', async () => {
  expect(
    await checked({ domain: 'Example.com.', nameservers: ['NS2.a.com.', 'ns1.a.com', 'ns2.a.com'] }),
  ).toEqual({
    inputs: { domain: 'example.com', nameservers: ['ns1.a.com', 'ns2.a.com'], onDelete: 'keep' },
    failures: [],
  })
})

test('names every input that is wrong', async () => {
  const result = await checked({ domain: 'https://a.com', nameservers: ['a b.com'], onDelete: 'forget' })
  expect(result?.failures).toEqual([
    { property: 'domain', reason: 'must be a domain such as example.com; got "https://a.com"' },
    { property: 'nameservers', reason: 'must be 2 to 12 different names; got 1' },
    { property: 'nameservers', reason: 'must be names such as ns1.example.com; got "a b.com"' },
    { property: 'onDelete', reason: 'must be keep, restore or default; got "forget"' },
  ])
})

test('what is not known yet is not asked about', async () => {
  expect((await checked({ domain: unknown, nameservers: ours }))?.failures).toEqual([])
  await nameservers.preview?.(inputs({ domain: unknown }), call())
  expect([told, namecheap.logged]).toEqual([[], []])
})

test('another domain is another resource', async () => {
  const { changes } = await nameservers.diff(
    'example.com',
    oldsOf(),
    inputs({ domain: 'example.org' }),
    call(),
  )
  expect(changes).toEqual([{ path: 'domain', kind: 'replace', ofInputs: true }])
})

test('a domain that may have been handed over is kept with what it had before', async () => {
  const stop = new AbortController()
  await namecheap.lab('POST', '/faults', { command: 'domains.dns.setCustom', kind: 'cut', when: 'after' })
  // Ctrl-C while it waits to ask again.
  const stopping = { ...call(stop.signal), status: async () => stop.abort() }
  const failed = await nameservers.create(inputs(), stopping).catch((error: unknown) => error)
  expect(namecheap.nameservers('example.com')).toEqual(ours)
  expect(failed).toBeInstanceOf(HalfMade)
  expect(failed).toMatchObject({ id: 'example.com', outputs: { ...inputs(), previous } })
})

test('a refresh knows what is there now, and keeps what was asked and what was there before', async () => {
  await namecheap.lab('PUT', '/domains/example.com', { nameservers: others })
  expect(await nameservers.read('example.com', oldsOf(), call())).toEqual({
    id: 'example.com',
    inputs: inputs(),
    outputs: { ...inputs(), nameservers: others, previous },
  })
})

test('to keep a domain, nobody has to be asked', async () => {
  vi.stubEnv('NAMECHEAP_API_KEY', '')
  await nameservers.delete('example.com', oldsOf(), call())
  expect([told, namecheap.logged]).toEqual([[], []])
})

test('a domain that has left the account is forgotten with a word', async () => {
  await namecheap.lab('PUT', '/domains/example.com', { user: 'somebody-else' })
  await nameservers.delete('example.com', oldsOf({ onDelete: 'restore' }), call())
  expect(told).toEqual([
    'example.com: Namecheap does not tell its nameservers\n' +
      '  why   Domain is not associated with your account (2016166)\n' +
      "  next  set NAMECHEAP_USERNAME to the account that has it; it is not one of lab's\n" +
      '  its nameservers are left as they are',
  ])
})

test('who can not give a domain back is told how to forget it', async () => {
  await namecheap.lab('PATCH', '/account', { apiEnabled: false })
  await expect(nameservers.delete('example.com', oldsOf({ onDelete: 'restore' }), call())).rejects.toThrow(
    /1011102[^]*next {2}see that[^]*or leave the domain as it is and forget it: pulumi state delete 'urn:x'$/,
  )
})
