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
  ['POST /v2/droplets', /removed droplet web-[0-9a-f]{7} \(\d+\), which an earlier run had left behind/],
  ['POST /v2/reserved_ips', /the reserved IP 198\.51\.100\.\d+ leads nowhere, and costs money/],
])(
  'the engine killed while %s was done and hangs: the next run takes away or names what is left',
  async (call, says) => {
    await strike(call, { kind: 'hang', when: 'after' })
    const killed = stack().begin('up', '--yes', '--skip-preview')
    await expect
      .poll(() => stack().store.state.droplets.length + stack().store.state.reservedIps.length, {
        timeout: 60_000,
      })
      .toBeGreaterThan(call.endsWith('droplets') ? 1 : 0)
    await killed.kill('SIGKILL')
    await killed
    await stack().clearFaults()
    await stack().pulumi('cancel', '--yes')
    expect(await up()).toMatch(says)
    const idle = stack().store.state.reservedIps.filter(({ dropletId }) => dropletId === null)
    expect(idle).toHaveLength(call.endsWith('droplets') ? 0 : 1)
    await stack().store.change((draft) => {
      draft.reservedIps = draft.reservedIps.filter(({ dropletId }) => dropletId !== null)
    })
    expect(account()).toEqual(whole)
  },
)
