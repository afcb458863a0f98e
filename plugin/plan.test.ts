import { expect, test } from 'vitest'
import { inputChanges, planChanges } from './plan.ts'
import type { Call } from './provider.ts'

test('names what differs between two sets of inputs, and what can only be replaced', () => {
  expect(inputChanges({ a: 1, b: 2, gone: 3 }, { a: 1, b: 4, fresh: 5 }, ['fresh'])).toEqual([
    { path: 'b', kind: 'update', ofInputs: true },
    { path: 'gone', kind: 'delete', ofInputs: true },
    { path: 'fresh', kind: 'replace', ofInputs: true },
  ])
})

test('prints a plan by step, and answers a difference for each step that has something to do', async () => {
  const said: string[] = []
  const call = { info: async (line: string) => void said.push(line) } as Call
  const changes = await planChanges(
    [
      { step: 'packages', changes: [] },
      { step: 'kernel', changes: [], left: ['kernel.kptr_restrict: read-only here'] },
      { step: 'firewall', changes: ['allow 443/tcp', 'enable'] },
      { step: 'caddy', changes: ['install caddy 2.11.9'] },
    ],
    call,
    { drift: false },
  )
  expect(said).toEqual([
    'up would\n  firewall  allow 443/tcp\n            enable\n  caddy     install caddy 2.11.9\n' +
      'not to be had on this host\n  kernel  kernel.kptr_restrict: read-only here',
  ])
  expect(changes.map(({ path }) => path)).toEqual(['firewall', 'caddy'])
})

test('shows what changes inside of files to whoever asked for it, and to nobody else', async () => {
  const said: string[] = []
  const call = { info: async (line: string) => void said.push(line) } as Call
  const summary = 'update /etc/motd, -1 +1'
  const steps = [{ step: 'motd', changes: [summary], diffs: { [summary]: '- \x1b[31mhers\n+ ours' } }]
  await planChanges(steps, call, { drift: false })
  await planChanges(steps, { ...call, diffs: true }, { drift: false })
  expect(said).toEqual([
    `up would\n  motd  ${summary}`,
    `up would\n  motd  ${summary}\n          - \u{fffd}[31mhers\n          + ours`,
  ])
})

test('says nothing of a host on which nothing is to be done', async () => {
  const call = { info: () => Promise.reject(new Error('said something')) } as unknown as Call
  const nothing = [
    { step: 'packages', changes: [] },
    { step: 'swap', changes: [], left: ['swap: its machine decides'] },
  ]
  expect(await planChanges(nothing, call, { drift: true })).toEqual([])
})
