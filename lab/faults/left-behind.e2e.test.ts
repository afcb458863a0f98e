import { expect, test } from 'vitest'
import { useCloudStack, whole } from './cloud-stack.ts'

const { stack, up, strike, account } = useCloudStack()

test.each([
  // What doesn't wait for one another fails in one run.
  ['POST /v2/account/keys', 'POST /v2/tags', 'POST /v2/domains', 'POST /v2/reserved_ips'],
  ['POST /v2/domains/*/records', 'POST /v2/firewalls'],
  ['POST /v2/droplets'],
  ['POST /v2/reserved_ips/*/actions'],
])('%s done, and never answered: the run fails, the next converges', async (...calls) => {
  for (const call of calls) await strike(call, { kind: 'status', status: 500, when: 'after', times: null })
  await expect(up()).rejects.toThrow(/giving up after 5 attempt/)
  const hits = await stack().clearFaults()
  // Five of the plugin's own, three times.
  expect(hits.every((count) => count >= 5)).toBe(true)
  await up()
  expect(account()).toEqual(whole)
})

const lag = (kind: string, answers: number) =>
  stack().api.inject({ method: 'POST', url: '/_lab/lag', payload: { kind, answers } })

test('what was just made is not found yet: the plugin waits for it, or its address is given back', async () => {
  await lag('keys', 3)
  await lag('droplets', 3)
  await lag('reserved_ips', 3)
  // It looks once, at once, and forgets the address.
  await expect(up()).rejects.toThrow(/nil state during Create of .*ReservedIp::web/)
  expect(stack().store.state.reservedIps).toEqual([])
  await lag('reserved_ips', 0)
  await up()
  expect(account()).toEqual(whole)
  await stack().pulumi('preview', '--expect-no-changes', '--refresh')
  await lag('keys', 0)
  await lag('droplets', 0)
})

test('a droplet that is made and can never be read again: one run fails, the next converges', async () => {
  await strike('GET /v2/droplets/*', { kind: 'status', status: 500, times: null })
  await expect(up()).rejects.toThrow(/giving up after 5 attempt/)
  await stack().clearFaults()
  await up()
  expect(account()).toEqual(whole)
  await stack().pulumi('preview', '--expect-no-changes', '--refresh')
})

test.each([
  [
    'POST /v2/droplets',
    'droplets',
    /removed droplet web-[0-9a-f]{7} \(\d+\), which an earlier run had left behind/,
  ],
  [
    'POST /v2/reserved_ips',
    'reservedIps',
    /the reserved IP 198\.51\.100\.\d+ leads nowhere, and costs money/,
  ],
  ['POST /v2/tags', 'tags', /the tag paper-test-[0-9a-f]{7} marks nothing/],
] as const)(
  'the engine killed while %s was done and hangs: the next run takes away or names what is left',
  async (call, made, says) => {
    const { store } = stack()
    await strike(call, { kind: 'hang', when: 'after' })
    const killed = stack().begin('up', '--yes', '--skip-preview')
    await expect.poll(() => store.state[made].length, { timeout: 60_000 }).toBe(1)
    await killed.kill('SIGKILL')
    await killed
    await stack().clearFaults()
    await stack().pulumi('cancel', '--yes')
    const told = await up()
    expect(told).toMatch(says)
    // What was under way beside it may be left as well; whose these two are only a person knows.
    const { droplets, reservedIps, tags } = store.state
    const idle = {
      addresses: reservedIps.filter(({ dropletId }) => dropletId === null).map(({ ip }) => ip),
      tags: tags.filter((name) => droplets.every((droplet) => !droplet.tags.includes(name))),
    }
    for (const name of [...idle.addresses, ...idle.tags]) expect(told).toContain(name)
    await store.change((draft) => {
      draft.reservedIps = draft.reservedIps.filter(({ ip }) => !idle.addresses.includes(ip))
      draft.tags = draft.tags.filter((name) => !idle.tags.includes(name))
    })
    expect(account()).toEqual(whole)
  },
)
